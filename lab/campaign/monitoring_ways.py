"""The same storm, watched in every way of monitoring that there is, one run each."""

from dataclasses import replace

from lab import resources
from lab.campaign.ran import Ran, ends_it
from lab.campaign.reports import ReportListener
from lab.campaign.runs_alone import run_alone
from lab.campaign.stops import Stops
from lab.monitoring import modes
from lab.session import Request, Result

FIRST = "same-listener"
"""The way that everything else is a remedy for."""


def ways() -> list[str]:
    """The ways of monitoring, in the order in which they are run."""
    return sorted(modes(resources.monitoring()), key=lambda mode: (mode != FIRST, mode))


async def watch_each_way(asked: Request, stops: Stops, listener: ReportListener | None = None) -> Ran:
    """Run the drill once in each way; a run that broke or was to be ended is the last one.

    Raises:
        SetupError, RunFolderError: as :func:`lab.campaign.run_alone`.
    """
    results: list[Result] = []
    for mode in ways():
        watched = replace(asked, drill=asked.drill.with_overrides(monitoring=mode))
        results.append(await run_alone(watched, stops, listener))
        if ends_it(results[-1]):
            break
    return Ran(tuple(results))
