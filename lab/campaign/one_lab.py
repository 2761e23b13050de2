"""Several runs on one living lab that is calibrated once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from lab.analysis import Timeline
from lab.campaign.reports import LabOpens, LabReady, Reporter, RunBegins, RunEnds
from lab.campaign.stops import Stops
from lab.drillfile import Drill
from lab.runner import Interrupted
from lab.session import (
    TAKEN_OVER,
    Host,
    Request,
    Result,
    RunFolder,
    create_run_folder,
    ended_by_watchdog,
    open_host,
)


@dataclass(frozen=True, slots=True)
class OneLab:
    """A living lab that runs drills, one after the other, and reports them."""

    host: Host
    report: Reporter

    async def run(self, drill: Drill, folder: RunFolder, doing: str) -> Result:
        """Run a drill to its verdict; ``doing`` is what `lab status` says meanwhile.

        Raises:
            SetupError: the lab did not come to rest after the run before.
            ChaosError: something could not be undone.
            AbortedByUser, Interrupted: an end was asked for.
        """
        self.host.doing = doing
        timeline = Timeline()
        self.report(
            RunBegins(doing, folder, drill, self.host.request.runtime, alone=False, timeline=timeline)
        )
        return await self.host.run(drill, folder, self.report.recorded, timeline)

    def ended(self, doing: str, result: Result, left_s: float | None = None) -> Result:
        """Report the end of a run."""
        self.report(RunEnds(doing, result, left_s))
        return result


@asynccontextmanager
async def one_lab(asked: Request, name: str, stops: Stops, report: Reporter) -> AsyncIterator[OneLab]:
    """Bring a lab up and calibrate it; it is rolled back and taken down when the context is left, however that is.

    Args:
        asked: runtime, and a drill whose bridge, load and profiles are those of all runs.
        name: of the lab's own run folder.
        stops: how its end can be asked for.
        report: gets what happens.

    Raises:
        SetupError: it could not be brought up.
        AbortedByUser, Interrupted: its end was asked for, or the watchdog has taken it over and rolled it back.
    """
    folder = create_run_folder(asked.home, name, asked.out)
    report(LabOpens(folder, asked.drill, asked.runtime))
    try:
        with stops() as stop:
            async with open_host(replace(asked, purpose="series"), folder, stop, report.recorded) as host:
                report(LabReady(folder))
                yield OneLab(host, report)
    except TAKEN_OVER as lost:
        closed = await ended_by_watchdog(folder.journal)
        if closed is None or closed.outcome != "interrupted" or not closed.clean:
            raise
        raise Interrupted(f"the watchdog ended this lab: {closed.reason}") from lost
