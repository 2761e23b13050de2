"""Commands on finished runs: report, runs list, runs prune."""

import json
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from lab.analysis import Verdict
from lab.cli import options
from lab.cli.exits import Exit
from lab.cli.output import acts
from lab.cli.viewing import show_verdict
from lab.remote.client import listens
from lab.report.console import Console
from lab.report.words import clean
from lab.runs.folder import RunFolder, RunFolderError, unreadable_runs
from lab.runs.home import lab_home
from lab.runs.remedy import owner_of, remedy
from lab.session import abandoned, find_run, judge_run, list_runs, living, prune

runs = typer.Typer(help="The runs that are kept.", no_args_is_help=True)


def report(run: options.RunArgument = "latest") -> None:
    """Make verdict and report again from a run's journal, also after a crash."""
    folder = find_run(lab_home(), run)
    if listens(folder):
        Console(soft_wrap=True).print(
            f"{folder.name} still runs: its report is written when it ends. See it by `lab watch --run {folder.path}`",
            markup=False, highlight=False,
        )  # fmt: skip
        raise typer.Exit(int(Exit.BAD_INPUT))
    try:
        result = judge_run(folder)
    except OSError as error:
        said = f"{error.filename or folder.path} can't be written: {error.strerror or error}"
        raise RunFolderError(f"{said}. {remedy(folder.path, error)}") from error
    show_verdict(Console(), result)
    raise typer.Exit(result.exit_code)


@runs.command("list")
def runs_list() -> None:
    """The kept runs, oldest first, and which of them repeat another; of one without a verdict, what to do."""
    home = lab_home()
    alive = {run.name for run in living(home)}
    waiting = {run.name for run in abandoned(home)}
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("run", overflow="fold")
    for column in ("verdict", "drill", "runtime"):
        table.add_column(column)
    rows = [(clean(run.name), *_row(run, alive, waiting)) for run in list_runs(home)]
    if any(of for *_, of in rows):
        table.add_column("rerun of", overflow="fold")
    for row in rows:
        table.add_row(*row[: len(table.columns)])
    for run in unreadable_runs(home):
        table.add_row(clean(run.name), f"belongs to {owner_of(run.path)}", "", "")
    Console().print(table)


def _row(run: RunFolder, alive: set[str], waiting: set[str]) -> tuple[str, str, str, str]:
    """Verdict or state, drill, runtime, and the run that it repeats."""
    if run.name in waiting:
        return ("waits for `lab recover`", *_begun(run))
    if run.name in alive:
        return ("living", *_begun(run))
    try:
        verdict = Verdict.model_validate_json(run.verdict.read_bytes())
    except FileNotFoundError:
        return (f"not judged: `lab report {run.name}`", *_begun(run))
    except ValidationError as error:
        return (_unreadable(run, error), *_begun(run))
    except OSError as error:
        return (f"unreadable: {error.strerror or error}", *_begun(run))
    word = "interactive" if verdict.interactive else verdict.verdict
    return word, clean(verdict.drill), clean(verdict.runtime), clean(" ".join(verdict.rerun_of[-1:]))


def _unreadable(run: RunFolder, error: ValidationError) -> str:
    """Of a newer lab: that; else it was not written whole, and can be made again."""
    newer = next((one["msg"] for one in error.errors() if "newer lab" in one["msg"]), None)
    if newer is not None:
        return clean(f"unreadable: {newer.removeprefix('Value error, ')}")
    return f"unreadable: `lab report {run.name}` makes it again"


def _begun(run: RunFolder) -> tuple[str, str, str]:
    """Drill, runtime, and the run that it repeats, from the journal's first line alone."""
    try:
        with run.journal.open("rb") as journal:
            opened = json.loads(journal.readline())
        repeats = " ".join(map(str, opened.get("rerun_of", ())[-1:]))
        return clean(str(opened["drill"]["name"])), clean(str(opened["runtime"])), clean(repeats)
    except (OSError, ValueError, KeyError, TypeError):
        return "", "", ""


@runs.command("prune")
@acts
def runs_prune(keep: Annotated[int, typer.Option(min=0, help="How many to keep.")] = 20) -> None:
    """Remove all but the newest runs; those that live, wait for their turn or for `lab recover`, stay."""
    for name in prune(lab_home(), keep):
        Console().print(f"removed {name}", markup=False)
