"""``lab compare [PLAN]``: every contestant under every trigger on one lab, and how they stand."""

import time
from collections.abc import Sequence

from rich.console import Console

from lab.analysis.tournament import Tournament, cell_of, make_tournament, series_of
from lab.cli.exits import Exit
from lab.cli.on_one_lab import EARLY, one_lab, say_end
from lab.drillfile import Field, Plan, PlannedCell, find_drill, known, load_plan
from lab.report.html import write_tournament
from lab.report.tournament_files import write_csv, write_json
from lab.session import (
    ROOT,
    Request,
    Result,
    TournamentFolder,
    judge_folder,
    known_modes,
    known_services,
    planned_s,
)

PLANS = ROOT / "drills" / "tournaments"


def open_plan(name: str) -> Plan:
    """A plan by its name or its path, validated against what the lab's topology has.

    Raises:
        DrillError: there is none, or it is wrong.
    """
    return load_plan(find_drill(name, PLANS), known(known_services(ROOT), known_modes(ROOT)))


def results(folder: TournamentFolder, cells: Sequence[PlannedCell]) -> list[tuple[PlannedCell, Result]]:
    """The results that there are, in the plan's order, judged from their journals."""
    found = [(cell, folder.finished(cell)) for cell in cells]
    return [(cell, judge_folder(run)) for cell, run in found if run is not None]


def standing(
    plan: Plan, field: Field, runtime: str, found: Sequence[tuple[PlannedCell, Result]]
) -> Tournament:
    """How all stand."""
    timelines = [result.timeline for _, result in found]
    runs = [timeline.run for timeline in timelines if timeline.run is not None]
    measured = {one.model_copy(update={"seq": 0, "t": 0.0}) for t in timelines for one in t.calibrations}
    return make_tournament(
        [
            cell_of(result.timeline, result.verdict, contestant=cell.contestant, trigger=cell.trigger)
            for cell, result in found
        ],
        plan=plan.name,
        title=plan.title,
        command=f"lab compare {plan.name}{' --quick' if field == plan.quick else ''} --runtime {runtime}",
        runtime=runtime,
        machine=runs[0].machine if runs else {},
        calibrations=sorted(measured, key=lambda one: one.capacity_rps or 0.0),
        contestants=field.contestants,
        triggers=field.triggers,
    )


def write(folder: TournamentFolder, stands: Tournament, found: Sequence[tuple[PlannedCell, Result]]) -> None:
    """The page, and everything as CSV and JSON."""
    seconds = {result.folder.name: series_of(result.timeline) for _, result in found}
    write_tournament(folder.page, stands, seconds)
    write_csv(folder.csv, stands)
    write_json(folder.json, stands)


async def play(
    folder: TournamentFolder, cells: Sequence[PlannedCell], runtime: str, console: Console
) -> Exit | None:
    """Run on one lab, calibrated once, what has no result yet.

    Returns:
        How it ended, if before its end.
    """
    todo = [cell for cell in cells if folder.finished(cell) is None]
    if not todo:
        return None
    first, *others = (cell.drill for cell in cells)
    _say(console, f"{len(todo)} of {len(cells)} runs to make, about {minutes(planned_s(todo))}")
    try:
        async with one_lab(
            Request(ROOT, first, runtime, also=tuple(others)),
            folder.name[folder.name.index("-") + 1 :],
            console,
        ) as lab:
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
    if result.verdict.verdict not in {"pass", "fail"}:
        return f"{result.verdict.verdict} ({result.verdict.reasons[0]})"
    if found.time_to_recover_s is not None:
        return f"back after {found.time_to_recover_s:.0f} s"
    return "stayed stuck" if found.stuck else "not back when the run ended"


def minutes(length_s: float) -> str:
    """A length of time as one plans with it."""
    return f"{length_s:.0f} s" if length_s < 90 else f"{length_s / 60:.0f} min"  # noqa: PLR2004  readable


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
