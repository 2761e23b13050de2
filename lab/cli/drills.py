"""Commands on drill files: list, show, validate. Nothing is started."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lab import resources
from lab.cli import options
from lab.cli.plans import all_plans, open_plan
from lab.drillfile import Drill, DrillError, find_drill, is_plan, load_drill
from lab.report.terminal.drill_text import drill_text
from lab.report.words import clean
from lab.session import known_modes, known_services, planned_s
from lab.session.foreseen import foreseen
from lab.units import quote, suggest


def open_drill(name: str) -> Drill:
    """A drill by its name or its path, or one variant of either by ``<drill>.<variant>``; validated.

    Raises:
        DrillError: there is none of this name, or something is wrong in its file.
    """
    file, variant = _file_and_variant(name)
    drill = read_drill(file)
    if not variant:
        return drill
    found = next((one for one in drill.variants if one.name == f"{drill.name}.{variant}"), None)
    if found is not None:
        return found
    valid = [one.name.removeprefix(f"{drill.name}.") for one in drill.variants]
    what = suggest(variant, valid) or "; it has none"
    raise DrillError(f"drill {drill.name} has no variant {quote(variant)}{what}")


DRILL_SUFFIXES = (".yaml", ".yml")


def _file_and_variant(name: str) -> tuple[Path, str]:
    """The file that a name means, and the variant; ``./mine.yaml.slow`` and ``./mine.slow`` mean one of ./mine.yaml."""
    whole, _, variant = name.rpartition(".")
    if (
        "/" not in name
        and Path(name).suffix not in DRILL_SUFFIXES
        and Path(whole).suffix not in DRILL_SUFFIXES
    ):
        whole, _, variant = name.partition(".")
        return find_drill(whole, resources.drills()), variant
    if not Path(name).is_file():
        for file in (Path(whole), *(Path(f"{whole}{suffix}") for suffix in DRILL_SUFFIXES)):
            if file.suffix in DRILL_SUFFIXES and file.is_file():
                return file, variant
    return find_drill(name, resources.drills()), ""


def read_drill(file: Path) -> Drill:
    """A drill by its path, validated alike."""
    drill = load_drill(file, services=known_services(), modes=known_modes())
    for note in drill.notes:
        Console(stderr=True, soft_wrap=True).print(note, markup=False, highlight=False)
    return drill


def watching(mode: str | None) -> str | None:
    """The way of monitoring that the command line asks for, checked.

    Raises:
        DrillError: there is none of this name; the nearest is offered.
    """
    known = known_modes()
    if mode is None or mode in known:
        return mode
    raise DrillError(f"--monitoring: unknown way {quote(mode)}{suggest(mode, sorted(known))}")


def list_drills() -> None:
    """The drills and tournaments that come with the lab."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("drill", overflow="fold")
    for column in ("seconds", "what it shows"):
        table.add_column(column)
    for path in sorted(resources.drills().glob("*.yaml")):
        drill = open_drill(str(path))
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


def show(drill: options.Drill) -> None:
    """A drill: what it asks, what it does phase by phase, what it expects, what ends it, what it may affect."""
    Console(soft_wrap=True).print(drill_text(open_drill(drill)), highlight=False, end="")


def validate(file: Annotated[Path, typer.Argument(help="A drill file, or a tournament's plan.")]) -> None:
    """Check a drill file or a plan; every problem is told with file, line and key."""
    if is_plan(file):
        _validate_plan(file)
    else:
        _validate_drill(file)


def _validate_plan(file: Path) -> None:
    plan = open_plan(str(file))
    runs = list(plan.cells(plan.whole))
    took = f"{planned_s(runs) / 60:.0f} min"
    Console().print(f"{file}: ok ({plan.name}, a tournament of {len(runs)} runs, {took})", markup=False)


def _validate_drill(file: Path) -> None:
    drill = read_drill(file)
    several = f"{len(drill.variants)} variants, " if drill.variants else ""
    expected = sum(len(one.expect) for one in drill.runs)
    Console().print(
        clean(f"{file}: ok ({drill.name}, {several}{drill.planned_s:g} s, {expected} expectations)"),
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
    for warning in foreseen(drill):
        Console(soft_wrap=True).print(clean(f"warning: {warning}"), markup=False, highlight=False)
