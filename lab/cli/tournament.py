"""``lab compare [PLAN]``: every contestant under every trigger on one lab, and how they stand."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.console import Console

from lab.analysis.tournament import Cell, Second, Tournament, cell_of, is_valid, make_tournament, series_of
from lab.cli.exits import Exit
from lab.cli.narrow import options_of
from lab.cli.on_one_lab import EARLY, one_lab, say_end
from lab.cli.plans import named
from lab.drillfile import Field, Plan, PlannedCell
from lab.journal.events import CalibrationMeasured, RunOpened
from lab.report.html import write_tournament
from lab.report.tournament_files import write_csv, write_json
from lab.runs.home import lab_home
from lab.session import (
    Request,
    Result,
    RunFolder,
    TournamentFolder,
    judge_folder,
    planned_s,
)


@dataclass(frozen=True, slots=True)
class Played:
    """What is kept of a finished run: its figures, its seconds, and what it ran on."""

    cell: Cell
    seconds: list[Second]
    run: RunOpened | None
    calibrations: tuple[CalibrationMeasured, ...]


def results(folder: TournamentFolder, cells: Sequence[PlannedCell]) -> list[Played]:
    """The results that there are, in the plan's order, each judged from its journal; one at a time, they are large."""
    found = ((cell, folder.finished(cell)) for cell in cells)
    return [_played(cell, judge_folder(run)) for cell, run in found if run is not None]


def _played(planned: PlannedCell, result: Result) -> Played:
    timeline = result.timeline
    cell = cell_of(timeline, result.verdict, contestant=planned.contestant, trigger=planned.trigger)
    measured = tuple(one.model_copy(update={"seq": 0, "t": 0.0}) for one in timeline.calibrations)
    return Played(cell, series_of(timeline), timeline.run, measured)


def standing(plan: Plan, field: Field, found: Sequence[Played]) -> Tournament:
    """How all stand; ``found`` are of this field, or of more of the plan's seeds."""
    played = {one.cell.seed for one in found}.union(field.seeds)
    field = replace(field, seeds=tuple(seed for seed in plan.whole.seeds if seed in played))
    runs = [one.run for one in found if one.run is not None]
    runtime = runs[0].runtime if runs else ""
    where = [f"--runtime {runtime}"] if runtime else []
    measured = {calibration for one in found for calibration in one.calibrations}
    return make_tournament(
        [one.cell for one in found],
        plan=plan.name,
        title=plan.title,
        command=" ".join(["lab compare", named(plan), *options_of(plan, field), *where]),
        runtime=runtime,
        machine=runs[0].machine if runs else {},
        calibrations=sorted(measured, key=lambda one: one.capacity_rps or 0.0),
        contestants=field.contestants,
        triggers=field.triggers,
    )


def write(folder: TournamentFolder, stands: Tournament, found: Sequence[Played]) -> None:
    """The page, and everything as CSV and JSON."""
    write_tournament(folder.page, stands, {one.cell.run: one.seconds for one in found})
    write_csv(folder.csv, stands)
    write_json(folder.json, stands)


def unfinished(
    folder: TournamentFolder, cells: Sequence[PlannedCell], *, doubtful_too: bool
) -> list[PlannedCell]:
    """What has no result yet, and with ``doubtful_too`` also what has an invalid one."""
    found = ((cell, folder.finished(cell)) for cell in cells)
    return [cell for cell, run in found if run is None or (doubtful_too and not _counts(run))]


def _counts(run: RunFolder) -> bool:
    result = judge_folder(run)
    return is_valid(result.timeline, result.verdict)


async def play(
    folder: TournamentFolder,
    cells: Sequence[PlannedCell],
    runtime: str,
    console: Console,
    *,
    doubtful_too: bool = False,
) -> Exit | None:
    """Run what is to be run on one lab that is calibrated once; it must be able to do all of the cells.

    Returns:
        How it ended, if before its end.
    """
    todo = unfinished(folder, cells, doubtful_too=doubtful_too)
    if not todo:
        return None
    first, *others = (cell.drill for cell in cells)
    _say(console, f"{len(todo)} of {len(cells)} runs to make, about {minutes(planned_s(todo))}")
    try:
        async with one_lab(
            Request(lab_home(), first, runtime, also=tuple(others)),
            folder.name[folder.name.index("-") + 1 :],
            console,
        ) as lab:
            todo = unfinished(
                folder, todo, doubtful_too=doubtful_too
            )  # another may have been at it meanwhile
            begun = time.monotonic()
            for number, cell in enumerate(todo, 1):
                doing = f"{number}/{len(todo)} {cell.contestant} under {cell.trigger}, seed {cell.seed}"
                result = await lab.run(cell.drill, folder.begin(cell), doing)
                pace = (time.monotonic() - begun) / planned_s(todo[:number])
                left_s = pace * planned_s(todo[number:])
                _say(console, f"{doing}: {outcome(result)}; {minutes(left_s)} left")
    except EARLY as early:
        return say_end(console, early)
    return None


def outcome(result: Result) -> str:
    """What became of a run, in a few words."""
    found = result.verdict.metrics
    if not is_valid(result.timeline, result.verdict):
        return f"{result.verdict.verdict} ({result.verdict.reasons[0]})"
    if found.stuck is None:
        return "counts, though it can't be told whether it was stuck"
    if found.time_to_recover_s is not None:
        return f"back after {found.time_to_recover_s:.0f} s"
    if found.back_from_s is not None:
        return f"back after {found.back_from_s:.0f} s, until the run ended"
    return "stayed stuck" if found.stuck else "not back when the run ended"


def minutes(length_s: float) -> str:
    """A length of time as one plans with it."""
    return f"{length_s:.0f} s" if length_s < 90 else f"{length_s / 60:.0f} min"  # noqa: PLR2004  readable


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
