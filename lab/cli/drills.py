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
from lab.session import known_modes, known_services, planned_s
from lab.units import quote, suggest


def open_drill(name: str) -> Drill:
    """A drill by its name or its path, or one variant by ``<drill>.<variant>``; validated against the topology.

    Raises:
        DrillError: there is none of this name, or something is wrong in its file.
    """
    folder = resources.drills()
    whole, dot, variant = name.partition(".")
    if not dot or "/" in name or Path(name).suffix in DRILL_SUFFIXES:
        return read_drill(find_drill(name, folder))
    drill = read_drill(find_drill(whole, folder))
    found = next((one for one in drill.variants if one.name == name), None)
    if found is not None:
        return found
    known = [one.name.removeprefix(f"{drill.name}.") for one in drill.variants]
    what = suggest(variant, known) or "; it has none"
    raise DrillError(f"drill {drill.name} has no variant {quote(variant)}{what}")


DRILL_SUFFIXES = (".yaml", ".yml")


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
    table = Table(box=None, pad_edge=False)
    for column in ("drill", "seconds", "what it shows"):
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
    """A drill: what it does, phase by phase, and what it expects."""
    found = open_drill(drill)
    console = Console(soft_wrap=True)
    console.print(f"[bold]{found.name}[/bold]: {found.title}\n{found.description.strip()}\n", markup=True)
    for one in found.runs:
        _show_run(console, one, heading=f"{one.name}:" if found.variants else "")


def _show_run(console: Console, drill: Drill, heading: str) -> None:
    """Phases with their steps, what the services are set to, and what is expected."""
    if heading:
        console.print(f"\n{heading}", markup=False)
    for service, settings in drill.configuration.items():
        said = ", ".join(f"{key} {value}" for key, value in settings.items())
        console.print(f"  {service:<11}         {said}", markup=False)
    for phase in drill.phases:
        steps = ", ".join(f"{step.name} ({step.what} on {step.target})" for step in drill.steps(phase.name))
        clock = f" {phase.clock}" if phase.clock else ""
        console.print(f"  {phase.name:<11} {phase.planned_s:>4g} s{clock}  {steps}", markup=False)
    console.print("\nExpects:")
    for expectation in drill.expect:
        console.print(f"  {expectation.name}: {expectation.condition}", markup=False)


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
        f"{file}: ok ({drill.name}, {several}{drill.planned_s:g} s, {expected} expectations)", markup=False
    )
