"""The governor on real processes: it delivers what is asked, and never leaves one stopped."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chaos.actions import AddToxic, CpuGovernor, SendSignal, cpu_cap
from chaos.errors import RefusedError
from chaos.governor.governed import Governed
from chaos.process.identity import is_alive, state
from chaos.process.spawn import ProcessRecord, read_record, start_governor
from chaos.toxic import Toxic
from chaos.undo.execute import apply_and_verify
from chaos.wait import wait_until
from tests.chaos.conftest import PATIENCE_S, RUN

if TYPE_CHECKING:
    from collections.abc import Callable

    from chaos.target_resolver import Process
    from tests.chaos.conftest import Bench, Stub

pytestmark = pytest.mark.live
HOG = "while True: pass"
SLICE_S = 0.010
"""The governor is a process among others: it may look that much too late at the window's end, or a little later on."""


@pytest.fixture
async def hog(start_local: Callable[..., Process], tmp_path: Path) -> Process:
    """A governed process that always wants CPU."""
    victim = start_local(HOG, governor=tmp_path / "governor")
    start_governor(
        ProcessRecord(pid=victim.pid, started_ticks=victim.started_ticks), tmp_path / "governor", RUN
    )
    await wait_until((tmp_path / "governor/status.json").exists, PATIENCE_S, "the governor to say something")
    return victim


def folder(victim: Process) -> Governed:
    assert victim.governor is not None
    return Governed(victim.governor)


def cpu_s(victim: Process) -> float:
    return time.clock_gettime((~victim.pid << 3) | 2)


def waited_s(victim: Process) -> float:
    """For how long it was ready to run and another process had the CPU (one thread)."""
    return int(Path(f"/proc/{victim.pid}/schedstat").read_text().split()[1]) / 1e9


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
async def test_delivers_the_share_that_is_asked(hog: Process, share: float) -> None:
    """Within 5 % and a time slice, in all since; less only by what other processes took, for which it stood in line."""
    await apply_and_verify(cpu_cap(hog, share))
    begun_s, used_before_s, waited_before_s = time.monotonic(), cpu_s(hog), waited_s(hog)

    def delivered() -> bool:
        lasted_s = time.monotonic() - begun_s
        used_s, in_line_s = cpu_s(hog) - used_before_s, waited_s(hog) - waited_before_s
        least_s, most_s = share * lasted_s * 0.95 - SLICE_S - in_line_s, share * lasted_s * 1.05 + SLICE_S
        return lasted_s > 1.5 and least_s <= used_s <= most_s

    await wait_until(delivered, 12, f"{share} of a core to be delivered")


async def test_a_cap_is_applied_read_back_and_lifted(hog: Process, bench: Bench) -> None:
    """Through the injector, as a drill does; active within 50 ms (here 0.3 s, at best: the machine is busy)."""

    async def soon() -> str | None:
        done = await applied_and_read_back(hog, bench)
        if (bench.changes[-1].took_ms or 0) < 300:
            return done
        assert await bench.injector.undo(done, "test")
        return None

    done = await wait_until(soon, PATIENCE_S, "a cap that is active within 0.3 s")
    assert done is not None
    await wait_until(lambda: state(hog.pid) == "T", PATIENCE_S, "it to stand still")
    assert await bench.injector.undo(done, "test")
    assert state(hog.pid) == "R"
    status = folder(hog).status()
    assert status is not None
    assert status.cpu_share is None
    assert status.throttled_s_total > 0


async def applied_and_read_back(hog: Process, bench: Bench) -> str:
    """Stand still: the action's id."""
    done = await bench.injector.apply(
        name="cap",
        kind="setting",
        fault="capacity",
        target="victim",
        params={},
        by="test",
        actions=[cpu_cap(hog, 0.0)],
    )
    applied = bench.changes[-1]
    assert applied.readback is not None
    assert applied.readback["cpu_share"] == 0.0
    assert applied.took_ms is not None
    return done


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_governor_that_is_ended_lets_its_process_go(hog: Process, number: signal.Signals) -> None:
    """In its finally."""
    await apply_and_verify(cpu_cap(hog, 0.0))
    status = folder(hog).status()
    assert status is not None
    os.kill(status.pid, number)
    await wait_until(lambda: state(hog.pid) == "R", PATIENCE_S, "the process to go on")
    await wait_until(
        lambda: not is_alive(status.pid, status.started_ticks), PATIENCE_S, "the governor to end"
    )


async def test_a_governor_that_is_killed_leaves_nothing_stopped_after_the_rollback(hog: Process) -> None:
    """Its inverse continues the process itself; a new cap is refused."""
    cap = cpu_cap(hog, 0.0)
    await apply_and_verify(cap)
    status = folder(hog).status()
    assert status is not None
    os.kill(status.pid, signal.SIGKILL)
    await wait_until(
        lambda: not is_alive(status.pid, status.started_ticks), PATIENCE_S, "the governor's death"
    )
    with pytest.raises(RefusedError, match=r"is dead; it can't grant a share of 0\.5"):
        await CpuGovernor(governor=folder(hog).folder, share=0.5).apply()
    assert (await apply_and_verify(cap.lifted()))["governor"] == "dead"
    assert state(hog.pid) == "R"


@pytest.mark.parametrize("share", [0.05, None], ids=["the same share", "no limit any more"])
async def test_another_governor_takes_over_share_and_process(hog: Process, share: float | None) -> None:
    """The one before was killed while its process was stopped: that is continued, and capped as is asked by now."""
    await apply_and_verify(cpu_cap(hog, 0.05))
    first = folder(hog).status()
    assert first is not None
    await wait_until(lambda: state(hog.pid) == "T", PATIENCE_S, "it to be held back", every_s=0.0005)
    os.kill(first.pid, signal.SIGKILL)
    await wait_until(lambda: first.state == "gone", PATIENCE_S, "the governor's death")
    folder(hog).ask(share)
    record = ProcessRecord(pid=hog.pid, started_ticks=hog.started_ticks)
    start_governor(record, folder(hog).folder, RUN)

    def governed() -> bool:
        status = folder(hog).status()
        return status is not None and status.state == "running" and status.cpu_share == share

    await wait_until(governed, PATIENCE_S, "another governor")
    before_s = cpu_s(hog)
    await wait_until(lambda: cpu_s(hog) > before_s + 0.01, PATIENCE_S, "the process to go on")


async def test_an_action_waits_for_the_governor_that_replaces_a_dead_one(hog: Process) -> None:
    """A step of a drill at that moment is not refused."""
    first = folder(hog).status()
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    await wait_until(lambda: first.state == "gone", PATIENCE_S, "the governor's death")
    record = ProcessRecord(pid=hog.pid, started_ticks=hog.started_ticks)
    start_governor(record, folder(hog).folder, RUN)
    assert (await apply_and_verify(cpu_cap(hog, 0.3)))["cpu_share"] == 0.3


async def test_a_governor_that_is_stopped_says_so_and_grows_stale(hog: Process) -> None:
    """By /proc, and by the age of its last word."""
    status = folder(hog).status()
    assert status is not None
    os.kill(status.pid, signal.SIGSTOP)

    def stale() -> bool:
        last = folder(hog).status()
        return last is not None and last.state == "stopped" and last.age_s > 0.7

    await wait_until(stale, PATIENCE_S, "its word to grow old")
    os.kill(status.pid, signal.SIGCONT)


async def test_a_governor_ends_with_its_process(hog: Process) -> None:
    """It has nothing left to do."""
    status = folder(hog).status()
    assert status is not None
    os.kill(hog.pid, signal.SIGKILL)
    await wait_until(
        lambda: not is_alive(status.pid, status.started_ticks), PATIENCE_S, "the governor to end"
    )


async def test_a_process_that_is_started_again_has_its_cap_again(hog: Process, bench: Bench) -> None:
    """Its share file says what was active."""
    await apply_and_verify(cpu_cap(hog, 0.1))
    done = await bench.injector.apply(
        name="kill", kind="fault", fault="kill", target="victim", params={}, by="test",
        actions=[SendSignal(handle=hog, signal="kill")],
    )  # fmt: skip
    assert await bench.injector.undo(done, "test")
    again = read_record(hog.record)
    assert again is not None

    def governed() -> bool:
        status = folder(hog).status()
        return status is not None and (status.target_pid, status.cpu_share) == (again.pid, 0.1)

    await wait_until(governed, PATIENCE_S, "the new process to be governed")


async def test_garbage_in_the_share_file_changes_nothing(hog: Process) -> None:
    """Half a number is no number; the last whole one stays active."""
    await apply_and_verify(cpu_cap(hog, 0.5))
    (folder(hog).folder / "share").write_text("half")
    before = folder(hog).status()
    assert before is not None

    def later() -> bool:
        status = folder(hog).status()
        return status is not None and status.stamp_s > before.stamp_s + 0.1

    await wait_until(later, PATIENCE_S, "the governor to look again")
    assert folder(hog).reading()["cpu_share"] == 0.5


async def test_a_removal_that_a_cap_starves_is_done_with_the_cap_lifted(
    hog: Process, bench: Bench, stub: Stub
) -> None:
    """A starved bridge can't answer; the cap is active again afterwards, and the record says so."""
    slow = Toxic(name="test-run.slow", type="latency", attributes={"latency": 100, "jitter": 0})
    add = AddToxic(api=stub.address, proxy="bridge", toxic=slow, deadline_s=1.0)
    facts: dict[str, Any] = {"kind": "fault", "fault": "f", "target": "bridge", "params": {}, "by": "test"}
    await bench.injector.apply(name="cap", actions=[cpu_cap(hog, 0.1)], **facts)
    done = await bench.injector.apply(name="slow", actions=[add], **facts)
    stub.hangs.add("DELETE")
    stub.starved = lambda: folder(hog).reading()["cpu_share"] is not None
    assert await bench.injector.undo(done, "test")
    assert stub.toxics == {}
    assert "with the CPU cap lifted, as:" in (bench.changes[-1].error or "")
    assert folder(hog).reading()["cpu_share"] == 0.1
