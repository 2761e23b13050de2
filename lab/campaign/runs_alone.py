"""Runs that have a lab to themselves each: a drill, its variants, its repetitions with seeds counting up, its reruns.

run_often ─▶ seed 7 ─▶ variant ─▶ attempt, rerun, ...
│                   └▶ variant ─▶ attempt
└──────────▶ seed 8 ─▶ ...
"""

from dataclasses import replace

from lab.analysis import Timeline
from lab.campaign.ran import Ran, ends_it
from lab.campaign.reports import Reporter, ReportListener, RunBegins, RunEnds, RunsAgain
from lab.campaign.reruns import why_again
from lab.campaign.stops import Stops
from lab.campaign.variants import on_one_lab, run_variants
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
        result = replace(result, last=stop.wanted)
    report(RunEnds(name, result))
    return result


async def run_until_judged(
    asked: Request, reruns: int, stops: Stops, listener: ReportListener | None = None
) -> tuple[Result, ...]:
    """A drill on a lab of its own, and again while instrument checks fail, so often at most; every attempt.

    Raises:
        SetupError, RunFolderError: as :func:`run_alone`.
    """
    return await _again(await run_alone(asked, stops, listener), asked, reruns, stops, listener)


async def _again(
    first: Result, asked: Request, reruns: int, stops: Stops, listener: ReportListener | None
) -> tuple[Result, ...]:
    """A run and its reruns. Each has a lab to itself that is calibrated anew, also where the first one had not."""
    attempts = [first]
    while len(attempts) <= reruns and (failed := why_again(attempts[-1])):
        Reporter(listener)(RunsAgain(asked.drill.name, failed, len(attempts), reruns))
        before = tuple(attempt.folder.name for attempt in attempts)
        attempts.append(await run_alone(replace(asked, rerun_of=before), stops, listener))
    return tuple(attempts)


async def run_often(
    asked: Request, times: int, stops: Stops, listener: ReportListener | None = None, *, reruns: int = 0
) -> Ran:
    """A drill, or each of its variants, so many times, with seeds counting up; each run repeated as it may be.

    Variants are run on one lab where one will do for all of them. After a run that broke, was not set up or was to be
    ended no other is begun.

    Raises:
        SetupError, RunFolderError: as :func:`run_alone`.
    """
    results: list[Result] = []
    for number in range(times):
        seeded = replace(asked, drill=asked.drill.with_overrides(seed=asked.drill.seed + number))
        ran = await _once(seeded, reruns, stops, listener)
        results += ran.results
        if ran.over:
            return Ran(tuple(results), ran.early)
    return Ran(tuple(results))


async def _once(asked: Request, reruns: int, stops: Stops, listener: ReportListener | None) -> Ran:
    variants = asked.drill.variants
    if variants and on_one_lab(variants):
        ran = await run_variants(asked, variants, stops, listener)
        return ran if ran.over else await _repeated(ran.results, asked, reruns, stops, listener)
    results: list[Result] = []
    for drill in asked.drill.runs:
        results += await run_until_judged(replace(asked, drill=drill), reruns, stops, listener)
        if ends_it(results[-1]):
            break
    return Ran(tuple(results))


async def _repeated(
    made: tuple[Result, ...], asked: Request, reruns: int, stops: Stops, listener: ReportListener | None
) -> Ran:
    """What was made of the variants on one lab, now down, each repeated as it may be."""
    results: list[Result] = []
    for number, (first, drill) in enumerate(zip(made, asked.drill.variants, strict=False), 1):
        attempts = await _again(first, replace(asked, drill=drill), reruns, stops, listener)
        results += attempts
        if ends_it(attempts[-1]):  # it stands last, so that it is seen that no other should follow
            return Ran((*made[number:], *results))
    return Ran(tuple(results))
