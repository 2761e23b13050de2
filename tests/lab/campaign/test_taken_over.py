"""A lab that its watchdog has taken over ends a series as it ends a drill alone. Tests lab.campaign.one_lab."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from chaos.wait import wait_until
from chaos.watchdog import Watchdog
from lab.analysis import Timeline
from lab.campaign import Aborting, LabOpens, Ran, Report, RunBegins, run_alone, run_variants
from lab.cli.ended_early import say_end
from lab.drillfile import Drill
from lab.journal import read
from lab.session import Request, RunFolder
from tests.lab.session.stub_lab import StubLab, stub_lab

pytestmark = pytest.mark.live
HUNG = "the owner has hung for 9.0 s"


@pytest.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StubLab]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    async with stub_lab(tmp_path, monkeypatch) as made:
        yield made


class Seen:
    """What a campaign reports: the lab's folder, and the timeline of the run under way."""

    def __init__(self) -> None:
        self.folder: RunFolder | None = None
        self.timeline = Timeline()

    def __call__(self, report: Report) -> None:
        if isinstance(report, LabOpens) or (isinstance(report, RunBegins) and report.alone):
            self.folder = report.folder
        if isinstance(report, RunBegins):
            self.timeline = report.timeline

    def hurt(self) -> bool:
        """Whether the run's fault is active."""
        return any(one.name == "refuse" and one.applied_s for one in self.timeline.actions.values())


def asked(lab: StubLab, drill: Drill) -> Request:
    """With run folders of the test's own."""
    return replace(lab.request(drill), home=lab.path / "home")


async def taken_over(seen: Seen) -> list[str]:
    """What the real watchdog does, as soon as something is active; what it could not undo."""
    await wait_until(seen.hurt, 60, "the fault to be active")
    assert seen.folder is not None
    return await Watchdog(seen.folder.path, log=lambda _: None).take_over(HUNG)


async def test_a_series_that_was_taken_over_is_interrupted_as_a_drill_alone_is(lab: StubLab) -> None:
    """Exit code 130: the watchdog has rolled everything back; and the journals of lab and run say so."""
    drill, alone, series = lab.drill("alone"), Seen(), Seen()
    result, left = await asyncio.gather(run_alone(asked(lab, drill), Aborting(), alone), taken_over(alone))
    assert (result.exit_code, left) == (130, [])

    ran, left = await asyncio.gather(
        run_variants(asked(lab, drill), (lab.drill("first"), lab.drill("second")), Aborting(), series),
        taken_over(series),
    )
    assert left == []
    assert isinstance(ran, Ran)
    assert ran.early is not None
    said = io.StringIO()
    assert say_end(Console(file=said), ran.early) == 130
    assert HUNG in " ".join(said.getvalue().split())
    assert series.folder is not None
    closed = read(series.folder.journal).closed
    assert closed is not None
    assert (closed.outcome, closed.clean) == ("interrupted", True)
    assert lab.ports["storefront"].settings["fail_share"] == 0.0


async def test_what_the_watchdog_could_not_undo_is_still_exit_code_5(
    lab: StubLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its word in the journal decides, not that it was there."""
    seen = Seen()

    async def fails(_watchdog: Watchdog, _ledger: object) -> list[str]:
        return ["01-refuse"]

    monkeypatch.setattr(Watchdog, "_clean_up", fails)
    ran, left = await asyncio.gather(
        run_variants(asked(lab, lab.drill("x")), (lab.drill("first"), lab.drill("second")), Aborting(), seen),
        taken_over(seen),
    )
    assert left == ["01-refuse"]
    assert ran.early is not None
    assert say_end(Console(file=io.StringIO()), ran.early) == 5
