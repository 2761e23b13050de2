"""Commands on drill files: list, show, validate. Nothing is started."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from lab import campaign
from lab.campaign import all_plans, open_plan, planned_s
from lab.cli import options
from lab.drillfile import Drill, is_plan
from lab.drillfile.read_scenario import is_scenario
from lab.exercise.scenarios import open_scenario
from lab.report.console import Console
from lab.report.terminal.drill_text import drill_text
from lab.report.words import clean
from lab.session.foreseen import foreseen


def open_drill(name: str) -> Drill:
    """A drill by its name or its path, or one variant of either by ``<drill>.<variant>``; its notes are printed.

    Raises:
        DrillError: there is none of this name, or something is wrong in its file.
    """
    return _noted(campaign.open_drill(name))


def _noted(drill: Drill) -> Drill:
    for note in drill.notes:
        Console(stderr=True, soft_wrap=True).print(note, markup=False, highlight=False)
    return drill


def list_drills() -> None:
    """The drills and tournaments that come with the lab."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("drill", overflow="fold")
    for column in ("seconds", "what it shows"):
        table.add_column(column)
    for drill in map(_noted, campaign.all_drills()):
        table.add_row(drill.name, f"{drill.planned_s:g}", drill.title)
        for one in drill.variants:
            title = one.title if one.title != drill.title else ""
            table.add_row(f"  {one.name}", f"{one.planned_s:g}", title, style="dim")
    Console().print(table)
    _list_plans()


def _list_plans() -> None:
    """The tournaments of `lab compare`, and how long they take."""
    table = Table(box=None, pad_edge=False)
    for column in ("\ntournament", "\nruns", "\nmin", "\n--quick", "\nwhat it compares"):
        table.add_column(column)
    for plan in all_plans():
        whole, quick = list(plan.cells(plan.whole)), list(plan.cells(plan.quick))
        took = [f"{planned_s(cells) / 60:.0f}" for cells in (whole, quick)]
        table.add_row(plan.name, str(len(whole)), took[0], f"{took[1]} min", plan.title)
    Console().print(table)


def show(drill: options.DrillArgument) -> None:
    """A drill: what it asks, what it does phase by phase, what it expects, what ends it, what it may affect."""
    Console(soft_wrap=True).print(drill_text(open_drill(drill)), highlight=False, end="")


def validate(
    file: Annotated[
        Path, typer.Argument(help="A drill file, a tournament's plan, or a game day's scenario.")
    ],
) -> None:
    """Check a drill file, a plan or a scenario; every problem is reported with file, line and key."""
    if is_scenario(file):
        _validate_scenario(file)
    elif is_plan(file):
        _validate_plan(file)
    else:
        _validate_drill(file)


def _validate_plan(file: Path) -> None:
    plan = open_plan(str(file))
    runs = list(plan.cells(plan.whole))
    took = f"{planned_s(runs) / 60:.0f} min"
    Console().print(f"{file}: ok ({plan.name}, a tournament of {len(runs)} runs, {took})", markup=False)


def _validate_scenario(file: Path) -> None:
    """What is sealed is not printed: who checks a scenario may be about to play it."""
    found = open_scenario(str(file))
    Console().print(
        clean(f"{file}: ok ({found.name}, a scenario of {found.minutes} minutes)"),
        markup=False,
        soft_wrap=True,
    )


def _validate_drill(file: Path) -> None:
    drill = _noted(campaign.read_drill(file))
    several = f"{len(drill.variants)} variants, " if drill.variants else ""
    expected = sum(len(one.expect) for one in drill.runs)
    Console().print(
        clean(f"{file}: ok ({drill.name}, {several}{drill.planned_s:g} s, {expected} expectations)"),
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
    for warning in foreseen(drill):
        Console(soft_wrap=True).print(clean(f"warning: {warning}"), markup=False, highlight=False)
