"""A run is the same whether it has a lab to itself or shares one with others. Tests lab.session.host and .run."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any, Never

import pytest

from chaos.errors import ChaosError
from chaos.injector import Injector
from chaos.ledger.ledger import is_closed
from chaos.wait import wait_until
from lab.analysis import Timeline
from lab.drillfile import Drill
from lab.journal import JournalError, JournalWriter, read
from lab.journal.events import Event
from lab.probes.control import ControlError
from lab.runner import AbortedByUser, Interrupted
from lab.session import OtherLabError, Permission, Result, RunFolder, Stop, open_host, run_once
from lab.session import host as host_module
from lab.session.interactive_run import InteractiveRun
from lab.session.requirements import UnsupportedDrillError
from lab.session.run import Run
from tests.lab.session.stub_lab import DRILL, StubLab, stub_lab

pytestmark = pytest.mark.live


@pytest.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StubLab]:
    async with stub_lab(tmp_path, monkeypatch) as made:
        yield made


LONG = DRILL.replace("baseline: 2 s", "baseline: 9 s")
"""What is aborted in its baseline is so however busy this machine is."""


async def alone(lab: StubLab, more: str = "") -> Result:
    """The drill on a lab of its own."""
    drill = lab.drill("alone", more, LONG if more else DRILL)
    return await run_once(lab.request(drill), lab.folder("alone"), Timeline(), Stop())


async def in_series(lab: StubLab, more: str = "") -> Result:
    """The same drill as the second of two runs on one lab."""
    first, second = lab.drill("first"), lab.drill("alone", more, LONG if more else DRILL)
    request = lab.request(first, also=(second,), purpose="series")
    async with open_host(request, lab.folder("lab"), Stop()) as host:
        await host.run(first, lab.folder("first"))
        return await host.run(second, lab.folder("second"))


async def test_a_herd_that_the_lab_was_brought_up_for_is_not_asked_about_again(
    lab: StubLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it takes is in use by then: only one that is larger is."""

    def refuse(*_: object) -> None:
        raise UnsupportedDrillError("too many")

    first = lab.drill("first")
    async with open_host(lab.request(first, purpose="series"), lab.folder("lab"), Stop()) as host:
        monkeypatch.setattr(host_module, "require_herd", refuse)
        host.require(first)
        monkeypatch.setattr(host_module, "clients_of", lambda one: 5000 if one.name == "second" else 200)
        with pytest.raises(UnsupportedDrillError):
            host.require(lab.drill("second"))


BUSY = {"arrivals started", "truth samples"}
"""Doubts about a machine that was too busy for a second, which the same run has one time and not another."""


def comparable(result: Result) -> dict[str, Any]:
    """What a run comes to, without what differs from one second to the next."""
    closed = read(result.folder.journal).closed
    assert closed is not None
    phases = [(span.name, span.planned_s) for span in result.timeline.phases]
    begun = [span.start_s for span in result.timeline.phases]
    # How far a run had come that is aborted as soon as it begins hangs on the machine: what it then was is left out.
    whole = closed.outcome == "completed"
    return {
        "verdict": result.verdict.verdict,
        "reasons": {reason.split(":")[0] for reason in result.verdict.reasons} - BUSY,
        "ended": (closed.outcome, re.sub(r" \(.*\)", "", closed.reason), closed.clean),
        "phases": phases if len(phases) > 1 else "the first at most",
        "in time": all(later - earlier > 0.9 for earlier, later in itertools.pairwise(begun)),
        "clock": all(0 <= start < 60 for start in begun),
        "figures": {
            (row.offered, row.good) for row in result.timeline.rows if row.phase and row.offered and whole
        },
        "actions": [
            (span.name, span.state, span.by)
            for span in result.timeline.actions.values()
            if span.kind == "fault" or whole
        ],
    }


@pytest.mark.parametrize(
    "more",
    ["", 'abort-if: [{metric: goodput, is: "> 40 /s"}]', 'abort-if: [{url: "http://127.0.0.1:9/health"}]'],
    ids=["to its end", "aborted by a condition", "a URL that is down"],
)
async def test_a_run_in_a_series_comes_to_the_same_as_alone(lab: StubLab, more: str) -> None:
    """Verdict, reasons, end, phases and clock; URLs are asked for the run, not for the lab."""
    one, other = comparable(await alone(lab, more)), comparable(await in_series(lab, more))
    assert one == other
    assert one["ended"][2]
    assert one["clock"]


async def test_a_control_port_that_hangs_is_named_in_a_series_as_it_is_alone(lab: StubLab) -> None:
    """By its own error, and never as a group of errors; the lab is rolled back and taken down."""
    lab.ports["load"].hangs = True
    single = await alone(lab)
    assert single.error is not None
    assert "did not answer within 2.0 s" in single.error
    with pytest.raises(ControlError, match=r"did not answer within 2\.0 s"):
        await in_series(lab)
    closed = read(RunFolder(lab.path / "runs" / "first").journal).closed
    assert closed is not None
    assert (closed.outcome, closed.reason, closed.clean) == (
        single.verdict.outcome, single.verdict.reasons[0].partition(": ")[2], True,
    )  # fmt: skip
    assert single.exit_code == 5


async def test_a_load_that_stopped_answering_between_two_runs_ends_the_series_at_once(lab: StubLab) -> None:
    """It is never sampled: whoever waited for its samples would wait for ever."""
    first, second = lab.drill("first"), lab.drill("second")
    with pytest.raises(ControlError, match=r"did not answer within 2\.0 s"):
        await asyncio.wait_for(_runs_with_a_silent_load(lab, first, second), 120)


async def _runs_with_a_silent_load(lab: StubLab, first: Drill, second: Drill) -> None:
    request = lab.request(first, also=(second,), purpose="series")
    async with open_host(request, lab.folder("lab"), Stop()) as host:
        await host.run(first, lab.folder("first"))
        lab.samplers[-1].silent = lab.ports["load"].hangs = True
        await host.run(second, lab.folder("second"))


@pytest.mark.parametrize(
    ("asked", "raised", "ended"),
    [
        (AbortedByUser("too hot"), AbortedByUser, ("aborted", "aborted by the user: too hot")),
        (None, Interrupted, ("interrupted", "interrupted by a signal")),
    ],
)
async def test_an_end_that_is_asked_for_is_named_in_the_run_and_ends_the_series(
    lab: StubLab, asked: AbortedByUser | None, raised: type[Exception], ended: tuple[str, str]
) -> None:
    """A person's word is not a signal; both end the lab as well, rolled back."""
    stop, timeline, drill = Stop(), Timeline(), lab.drill("first")
    folder, own = lab.folder("lab"), lab.folder("first")

    async def series() -> None:
        async with open_host(lab.request(drill, purpose="series"), folder, stop) as host:
            await host.run(drill, own, lambda event: seen.append(event.type), timeline)

    seen: list[str] = []
    running = asyncio.create_task(series())
    await wait_until(
        lambda: any(a.name == "refuse" and a.applied_s for a in timeline.actions.values()), 60, "it"
    )
    assert stop.ask(asked)
    with pytest.raises(raised):
        await running
    for journal in (folder.journal, own.journal):
        closed = read(journal).closed
        assert closed is not None
        assert (closed.outcome, closed.reason, closed.clean) == (*ended, True)
    assert lab.ports["storefront"].settings["fail_share"] == 0


async def test_a_viewer_that_breaks_ends_only_its_viewing(lab: StubLab) -> None:
    """`SystemExit` included: rich raises it when its pipe is closed, in whatever task writes."""
    seen: list[str] = []

    def viewer(event: Event) -> None:
        seen.append(event.type)
        if event.type == "phase.entered":
            raise SystemExit(1)

    result = await run_once(lab.request(lab.drill("x")), lab.folder("x"), Timeline(), Stop(), viewer)
    assert (result.error, result.verdict.outcome) == (None, "completed")
    assert seen[-1] == "phase.entered"


async def test_an_error_while_a_completed_run_is_taken_down_is_exit_5_and_reported(lab: StubLab) -> None:
    """The verdict stands beside it; the services are taken down all the same, and the journal says what failed."""
    lab.collects = OSError(28, "No space left on device")
    result = await alone(lab)
    assert result.exit_code == 5
    assert result.error is not None
    assert "No space left on device" in result.error
    closed = read(result.folder.journal).closed
    assert closed is not None
    assert closed.outcome == "broken"
    assert closed.reason.startswith("completed, but taking the services down failed: OSError")
    assert closed.clean


async def test_a_disk_that_is_full_in_mid_run_is_exit_5_and_reported(
    lab: StubLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is undone; the journal has no end of its own, and the verdict is what is known."""
    append = JournalWriter._append

    def full(journal: JournalWriter, line: bytes) -> None:
        if b'"refuse"' in line or lab.ports["storefront"].settings["fail_share"]:
            raise JournalError(f"{journal.path}: the journal can't be written: the disk is full")
        append(journal, line)

    monkeypatch.setattr(JournalWriter, "_append", full)
    result = await alone(lab)
    assert result.exit_code == 5
    assert result.error is not None
    assert "the disk is full" in result.error
    assert lab.ports["storefront"].settings["fail_share"] == 0
    assert lab.ports["storefront"].settings["timeout_s"] == 1.0


async def test_a_failure_during_the_rollback_does_not_cut_it_short(
    lab: StubLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The samples fail while things are undone: all of them are, and the journal's last line says the truth."""
    undo_all = Injector.undo_all

    async def failing_meanwhile(injector: Injector, by: str, keep: Collection[str] = ()) -> tuple[str, ...]:
        lab.samplers[-1].fails = OSError(28, "No space left on device")
        await wait_until(lab.samplers[-1].host.samples.failed.done, 30, "the samples to fail")
        return await undo_all(injector, by, keep)

    monkeypatch.setattr(Injector, "undo_all", failing_meanwhile)
    result = await alone(lab)
    closed = read(result.folder.journal).closed
    assert closed is not None
    assert closed.clean
    assert not [span for span in result.timeline.actions.values() if span.state != "reverted"]
    assert is_closed(result.folder.ledger)
    assert result.exit_code == 5


async def test_what_is_left_open_is_never_called_clean(lab: StubLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger decides: a rollback that raises before it did anything leaves everything in it."""

    async def broken(*_: object, **__: object) -> Never:
        raise ChaosError("the lease is lost")

    drill = lab.drill("x", text=DRILL.replace("during: trigger", "from: trigger"))
    monkeypatch.setattr(Injector, "undo_all", broken)
    result = await run_once(lab.request(drill), lab.folder("x"), Timeline(), Stop())
    closed = read(result.folder.journal).closed
    assert closed is not None
    assert not closed.clean
    assert {"01-configure-storefront", "02-refuse"} <= set(closed.left)
    assert result.exit_code == 5


async def test_a_drill_on_an_interactive_lab_ends_the_play_and_begins_it_anew(lab: StubLab) -> None:
    """What people applied is undone before; afterwards the load is on again, and orders are taken."""
    drill = lab.drill("play")
    async with open_host(lab.request(drill, purpose="interactive"), lab.folder("lab"), Stop()) as host:
        assert Permission.CHANGE in host.permissions
        assert lab.ports["load"].settings["running"]
        await host.changes.apply(drill.method[0], by="interactive")
        measured = asyncio.create_task(host.run(drill, lab.folder("measured")))
        await wait_until(lambda: isinstance(host.current, Run), 60, "the drill")
        assert Permission.CHANGE not in host.permissions
        assert lab.ports["storefront"].settings["fail_share"] == 0
        result = await measured
        assert result.verdict.outcome == "completed"
        assert isinstance(host.current, InteractiveRun)
        assert lab.ports["load"].settings["running"]
        assert [one.name for one in host.changes.active()] == ["configure-storefront"]
        with pytest.raises(OtherLabError, match="needs another lab: the bridge"):
            await host.run(
                lab.drill("other", text=DRILL.replace("headroom: 3", "headroom: 2")), lab.folder("o")
            )
    assert lab.ports["load"].settings == {**lab.ports["load"].settings, "running": False}
    assert lab.ports["storefront"].settings["timeout_s"] == 1.0
