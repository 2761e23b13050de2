"""Commands on drill files: list, show, validate. Nothing is started."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lab.cli import options
from lab.drillfile import Drill, DrillError, find_drill, load_drill
from lab.session import ROOT, known_modes, known_services
from lab.units import quote, suggest


def open_drill(name: str) -> Drill:
    """A drill by its name or its path, validated against what the lab's topology has."""
    return read_drill(find_drill(name, ROOT / "drills"))


def read_drill(file: Path) -> Drill:
    """A drill by its path, validated alike."""
    return load_drill(file, services=known_services(ROOT), modes=known_modes(ROOT))


def watching(mode: str | None) -> str | None:
    """The way of monitoring that the command line asks for, checked.

    Raises:
        DrillError: there is none of this name; the nearest is offered.
    """
    known = known_modes(ROOT)
    if mode is None or mode in known:
        return mode
    raise DrillError(f"--monitoring: unknown way {quote(mode)}{suggest(mode, sorted(known))}")


def list_drills() -> None:
    """The drills that come with the lab."""
    table = Table(box=None, pad_edge=False)
    for column in ("drill", "seconds", "what it shows"):
        table.add_column(column)
    for path in sorted((ROOT / "drills").glob("*.yaml")):
        drill = open_drill(str(path))
        table.add_row(drill.name, f"{drill.planned_s:g}", drill.title)
    Console().print(table)


def show(drill: options.Drill) -> None:
    """A drill: what it does, phase by phase, and what it expects."""
    found = open_drill(drill)
    console = Console(soft_wrap=True)
    console.print(f"[bold]{found.name}[/bold]: {found.title}\n{found.description.strip()}\n", markup=True)
    for phase in found.phases:
        steps = ", ".join(f"{step.name} ({step.what} on {step.target})" for step in found.steps(phase.name))
        console.print(f"  {phase.name:<11} {phase.planned_s:>4g} s  {steps}", markup=False)
    console.print("\nExpects:")
    for expectation in found.expect:
        console.print(f"  {expectation.name}: {expectation.condition}", markup=False)


def validate(file: Annotated[Path, typer.Argument(help="A drill file.")]) -> None:
    """Check a drill file; every problem is told with file, line and key."""
    drill = read_drill(file)
    Console().print(
        f"{file}: ok ({drill.name}, {drill.planned_s:g} s, {len(drill.expect)} expectations)", markup=False
    )
