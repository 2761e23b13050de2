"""A tournament: every contestant under every trigger, seed by seed, on one lab; and how they stand."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.analysis.tournament import Cell, Second, Tournament, cell_of, is_valid, make_tournament, series_of
from lab.campaign.one_lab import one_lab
from lab.campaign.ran import EARLY
from lab.campaign.reports import Planned, Reporter, ReportListener
from lab.campaign.stops import Stops
from lab.campaign.tournament_folder import TournamentFolder, planned_s
from lab.drillfile import Field, Plan, PlannedCell
from lab.journal.events import CalibrationMeasured, RunOpened
from lab.report.html import write_tournament
from lab.report.tournament_files import write_csv, write_json
from lab.session import Request, Result, RunFolder, judge_folder


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


def played_seeds(plan: Plan, field: Field, found: Sequence[Played]) -> Field:
    """The field with every seed of the plan that was ever played, and those that were asked for."""
    played = {one.cell.seed for one in found}.union(field.seeds)
    return replace(field, seeds=tuple(seed for seed in plan.whole.seeds if seed in played))


def standing(plan: Plan, field: Field, found: Sequence[Played], command: str) -> Tournament:
    """How all stand; ``found`` are of this field. ``command`` is what would ask for the same again."""
    runs = [one.run for one in found if one.run is not None]
    measured = {calibration for one in found for calibration in one.calibrations}
    return make_tournament(
        [one.cell for one in found],
        plan=plan.name,
        title=plan.title,
        command=command,
        runtime=runs[0].runtime if runs else "",
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


async def play(  # noqa: PLR0913  what, where, and how it is ended and watched
    asked: Request,
    folder: TournamentFolder,
    cells: Sequence[PlannedCell],
    stops: Stops,
    listener: ReportListener | None = None,
    *,
    doubtful_too: bool = False,
) -> BaseException | None:
    """Run what is to be run on one lab that is calibrated once. Results are in the folder, run by run.

    Args:
        asked: runtime and home; the drill is the first cell's.
        folder: of this tournament; what it has already is not run again.
        cells: in the order in which they are run; the lab must be able to do all of them.
        stops: how its end can be asked for.
        listener: gets what happens.
        doubtful_too: also run again what has an invalid result.

    Returns:
        What ended it, if that was before its end.
    """
    todo = unfinished(folder, cells, doubtful_too=doubtful_too)
    if not todo:
        return None
    report = Reporter(listener)
    report(Planned(len(todo), len(cells), planned_s(todo)))
    first, *others = (cell.drill for cell in cells)
    lab_of_all = replace(asked, drill=first, also=tuple(others))
    try:
        async with one_lab(lab_of_all, folder.name[folder.name.index("-") + 1 :], stops, report) as lab:
            todo = unfinished(
                folder, todo, doubtful_too=doubtful_too
            )  # another may have been at it meanwhile
            begun = time.monotonic()
            for number, cell in enumerate(todo, 1):
                doing = f"{number}/{len(todo)} {cell.contestant} under {cell.trigger}, seed {cell.seed}"
                result = await lab.run(cell.drill, folder.begin(cell), doing)
                pace = (time.monotonic() - begun) / planned_s(todo[:number])
                lab.ended(doing, result, left_s=pace * planned_s(todo[number:]))
    except EARLY as early:
        return early
    return None
