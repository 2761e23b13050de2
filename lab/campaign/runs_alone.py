"""Runs that have a lab to themselves each: a drill, its variants, or its repetitions with seeds counting up."""

from collections.abc import AsyncIterator
from dataclasses import replace

from lab.analysis import Timeline
from lab.campaign.ran import Ran, ends_it
from lab.campaign.reports import Reporter, ReportListener, RunBegins, RunEnds
from lab.campaign.stops import Stops
from lab.campaign.variants import on_one_lab, run_variants
from lab.drillfile import Drill
from lab.session import Request, Result, create_run_folder, run_once


async def run_alone(asked: Request, stops: Stops, listener: ReportListener | None = None) -> Result:
    """A drill to its verdict, on a lab of its own; whatever ends it, everything is rolled back.

    Raises:
        SetupError: nothing could be begun, not even a journal.
        RunFolderError: the run folder can't be written.
    """
    report, timeline, name = Reporter(listener), Timeline(), asked.drill.name
    folder = create_run_folder(asked.home, name, asked.out)
    report(RunBegins(name, folder, asked.drill, asked.runtime, alone=True, timeline=timeline))
    with stops() as stop:
        result = await run_once(asked, folder, timeline, stop, report.recorded)
    report(RunEnds(name, result))
    return result


async def run_often(asked: Request, times: int, stops: Stops, listener: ReportListener | None = None) -> Ran:
    """A drill, or each of its variants, so many times, with seeds counting up.

    Variants are run on one lab where one will do for all of them. After a run that broke, was not set up or was to be
    ended no other is begun.

    Raises:
        SetupError, RunFolderError: as :func:`run_alone`.
    """
    results: list[Result] = []
    for number in range(times):
        seeded = replace(asked, drill=asked.drill.with_overrides(seed=asked.drill.seed + number))
        ran = await _once(seeded, stops, listener)
        results += ran.results
        if ran.over:
            return Ran(tuple(results), ran.early)
    return Ran(tuple(results))


async def _once(asked: Request, stops: Stops, listener: ReportListener | None) -> Ran:
    if asked.drill.variants and on_one_lab(asked.drill.variants):
        return await run_variants(asked, asked.drill.variants, stops, listener)
    return Ran(tuple([result async for result in _each(asked, asked.drill.runs, stops, listener)]))


async def _each(
    asked: Request, drills: tuple[Drill, ...], stops: Stops, listener: ReportListener | None
) -> AsyncIterator[Result]:
    for drill in drills:
        result = await run_alone(replace(asked, drill=drill), stops, listener)
        yield result
        if ends_it(result):
            return
