"""``lab new``: a file to begin from, commented and valid, with its schema beside it."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from lab.cli.output import acts
from lab.drillfile import DrillError
from lab.report.console import Console
from lab.runs.folder import RunFolderError
from lab.runs.remedy import remedy
from lab.schemas import schema_file
from lab.templates import TemplateKind, template

new = typer.Typer(
    help="Write a file to begin from: a drill, a plan for `lab compare`, a game day's scenario.",
    no_args_is_help=True,
)

File = Annotated[Path, typer.Argument(help="The file to write, like mine.yaml; it must not exist yet.")]


@new.command("drill")
@acts
def new_drill(file: File = Path("my-drill.yaml")) -> None:
    """Write a drill with the usual sections, each explained."""
    _write("drill", file)


@new.command("plan")
@acts
def new_plan(file: File = Path("my-plan.yaml")) -> None:
    """Write a tournament's plan: contestants, triggers, seeds."""
    _write("plan", file)


@new.command("scenario")
@acts
def new_scenario(file: File = Path("my-scenario.yaml")) -> None:
    """Write a scenario of a game day: what players see, and what is sealed."""
    _write("scenario", file)


def _write(kind: TemplateKind, file: Path) -> None:
    """The file and its schema.

    Raises:
        DrillError: the file exists already, or is no YAML file.
        RunFolderError: it can't be written; says why and what to do.
    """
    if file.suffix not in {".yaml", ".yml"}:
        raise DrillError(f"{file}: a {kind}'s file ends in .yaml, like {file.with_suffix('.yaml')}")
    schema = file.with_name(schema_file(kind).name)
    try:
        with file.open("x", encoding="utf-8") as new_file:
            new_file.write(template(kind))
        shutil.copyfile(schema_file(kind), schema)
    except FileExistsError as error:
        raise DrillError(f"{file} exists already; choose another name") from error
    except OSError as error:
        said = f"{error.filename or file} can't be written: {error.strerror or error}"
        raise RunFolderError(f"{said}. {remedy(file.absolute(), error)}") from error
    console = Console(soft_wrap=True)
    command = {"drill": f"lab run {file}", "plan": f"lab compare {file} --quick"}.get(
        kind, f"lab gameday start {file}"
    )
    for line in (
        f"written: {file}, and {schema} for editors",
        f"check it: lab validate {file}",
        f"run it: {command}",
    ):
        console.print(line, markup=False, highlight=False)
