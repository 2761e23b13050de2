"""Local processes stopped, continued, killed and started again: these, and never another owner's."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from chaos.actions import SendSignal, Start, StopProcesses
from chaos.errors import TargetGoneError
from chaos.mark import run_mark
from chaos.process.identity import family, is_alive, of_run, send, started_ticks, state
from chaos.process.spawn import exit_code, read_record
from chaos.undo.execute import apply_and_verify
from chaos.wait import wait_until
from tests.chaos.conftest import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chaos.target_resolver import Process
    from tests.chaos.conftest import Bench

pytestmark = pytest.mark.live
SLEEPS = "import signal; signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause(); signal.pause()"


async def test_stop_and_continue(start_local: Callable[..., Process]) -> None:
    """Read back from /proc."""
    victim = start_local(SLEEPS)
    stop = SendSignal(handle=victim, signal="stop")
    back = await stop.inverse()
    assert (await apply_and_verify(stop))["state"] == "paused"
    assert state(victim.pid) == "T"
    assert (await apply_and_verify(back))["state"] == "running"
    assert (await stop.inverse()) == back


async def test_a_service_of_several_processes_is_stopped_whole(start_local: Callable[..., Process]) -> None:
    """One that still runs goes on with the work: then it is not paused."""
    victim = start_local(f"import os, signal; [os.fork() or signal.pause() for _ in range(2)]; {SLEEPS}")
    await wait_until(lambda: len(family(victim.pid)) > 2, PATIENCE_S, "the process to have children")
    stop = SendSignal(handle=victim, signal="stop")
    assert (await apply_and_verify(stop))["state"] == "paused"
    everyone = family(victim.pid)
    await wait_until(
        lambda: {state(pid) for pid in everyone} == {"T"}, PATIENCE_S, "all of them to be stopped"
    )
    os.kill(everyone[-1], signal.SIGCONT)
    await wait_until(lambda: state(everyone[-1]) == "S", PATIENCE_S, "one to go on")
    assert (await stop.read())["state"] == "partly paused"
    assert not await stop.is_active()
    assert (await apply_and_verify(SendSignal(handle=victim, signal="cont")))["state"] == "running"
    await wait_until(lambda: {state(pid) for pid in everyone} == {"S"}, PATIENCE_S, "all of them to go on")
    await apply_and_verify(SendSignal(handle=victim, signal="kill"))
    await wait_until(lambda: {state(pid) for pid in everyone} == {None}, PATIENCE_S, "all of them to be gone")


async def test_a_pid_of_someone_else_is_never_hit(start_local: Callable[..., Process]) -> None:
    """The pid is in use, by a process that started at another time."""
    victim = start_local(SLEEPS)
    assert send(victim.pid, victim.started_ticks - 1, signal.SIGKILL) is False
    mistaken = victim.model_copy(update={"started_ticks": victim.started_ticks - 1})
    with pytest.raises(TargetGoneError, match="is gone"):
        await SendSignal(handle=mistaken, signal="kill").apply()
    assert is_alive(victim.pid, victim.started_ticks)


async def test_kill_and_start_again(start_local: Callable[..., Process], bench: Bench) -> None:
    """The fault's end starts it from its spec, and the record says which process it is now."""
    victim = start_local(SLEEPS)
    done = await bench.injector.apply(
        name="kill", kind="fault", fault="kill", target="victim", params={}, by="test",
        actions=[SendSignal(handle=victim, signal="kill")],
    )  # fmt: skip
    await wait_until(lambda: exit_code(victim.pid) is not None, PATIENCE_S, "the kernel to say how it ended")
    assert exit_code(victim.pid) == -signal.SIGKILL
    assert await bench.injector.undo(done, "test")
    again = read_record(victim.record)
    assert again is not None
    assert again.alive
    assert again.pid != victim.pid
    assert bench.changes[-1].rebuilt_listener
    await Start(handle=victim).apply()
    assert read_record(victim.record) == again


async def test_what_does_not_run_can_not_be_hurt(start_local: Callable[..., Process]) -> None:
    """Said before anything is written down."""
    victim = start_local(SLEEPS)
    await apply_and_verify(SendSignal(handle=victim, signal="kill"))
    with pytest.raises(TargetGoneError, match="victim does not run: nothing to stop"):
        await SendSignal(handle=victim, signal="stop").inverse()


async def test_a_run_is_taken_down_whole_and_alone(start_local: Callable[..., Process]) -> None:
    """A stopped one, one that ignores SIGTERM, a grandchild; and the other run's process lives."""
    forks = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]).wait()"
    mine = [
        start_local(code, run="run-1", service=f"s{number}")
        for number, code in enumerate([SLEEPS, DEAF, forks])
    ]
    other = start_local(SLEEPS, run="run-10", service="other")
    await wait_until(lambda: len(of_run("run-1")) == 4, PATIENCE_S, "all four")
    os.kill(mine[0].pid, signal.SIGSTOP)
    down = StopProcesses(run="run-1", grace_s=0.3)
    assert (await apply_and_verify(down))["pids"] == []
    assert not any(started_ticks(one.pid) for one in mine)
    assert started_ticks(other.pid) == other.started_ticks
    await down.apply()


async def test_two_runs_of_one_name_in_two_folders_are_two(
    start_local: Callable[..., Process], tmp_path: Path
) -> None:
    """``lab run --out a/x`` and ``--out b/x``: the end of the first is not the end of the second."""
    mine, theirs = (run_mark("x", tmp_path / folder / "x") for folder in "ab")
    one, other = (
        start_local(SLEEPS, run=mine, service="one"),
        start_local(SLEEPS, run=theirs, service="other"),
    )
    await wait_until(lambda: of_run(mine) and of_run(theirs), PATIENCE_S, "both")
    await apply_and_verify(StopProcesses(run=mine, grace_s=0.3))
    assert started_ticks(one.pid) is None
    assert started_ticks(other.pid) == other.started_ticks
