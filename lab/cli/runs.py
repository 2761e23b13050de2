"""Commands on finished runs: report, runs list, runs prune."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lab.analysis import Verdict
from lab.cli import options
from lab.cli.output import acts
from lab.cli.viewing import show_verdict
from lab.runs.home import lab_home
from lab.session import find_run, judge_run, list_runs, living, prune

runs = typer.Typer(help="The runs that are kept.", no_args_is_help=True)


def report(run: options.Run = "latest") -> None:
    """Make verdict and report again from a run's journal, also after a crash."""
    result = judge_run(find_run(lab_home(), run))
    show_verdict(Console(), result)
    raise typer.Exit(result.exit_code)


@runs.command("list")
def runs_list() -> None:
    """The kept runs, oldest first."""
    alive = {run.name for run in living(lab_home())}
    table = Table(box=None, pad_edge=False)
    for column in ("run", "verdict", "drill", "runtime"):
        table.add_column(column)
    for run in list_runs(lab_home()):
        if run.verdict.is_file():
            verdict = Verdict.model_validate_json(run.verdict.read_text())
            table.add_row(run.name, verdict.verdict, verdict.drill, verdict.runtime)
        else:
            table.add_row(run.name, "living" if run.name in alive else "not judged", "", "")
    Console().print(table)


@runs.command("prune")
@acts
def runs_prune(keep: Annotated[int, typer.Option(min=0, help="How many to keep.")] = 20) -> None:
    """Remove all but the newest runs; those that live, or wait for `lab recover`, stay."""
    for name in prune(lab_home(), keep):
        Console().print(f"removed {name}", markup=False)
