"""``lab compare``: who survives (a plan), what has changed (two runs), and how it was watched (``--monitoring``)."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated

import typer

from lab.analysis.tournament import compare_runs
from lab.campaign import (
    TournamentFolder,
    narrow,
    open_plan,
    open_tournament,
    play,
    played_seeds,
    results,
    standing,
    write,
)
from lab.cli import options
from lab.cli.ended_early import say_end
from lab.cli.exits import Exit
from lab.cli.interrupts import interruptible
from lab.cli.plan_command import plan_command
from lab.cli.recover import offer_recovery
from lab.cli.showing import Showing
from lab.cli.watching import compare_monitoring
from lab.drillfile import Field, Plan
from lab.report.console import Console
from lab.report.terminal.difference import say_difference
from lab.report.terminal.tournament import say_tournament
from lab.runs.home import lab_home
from lab.runtime import choose_runtime
from lab.session import Request, find_run, judge_folder

PLAN = "policies"
"""The tournament that is played where none is named."""

What = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PLAN] | [RUN_A RUN_B]", help="A plan's name or file (default: policies), or two runs."
    ),
]
WaysOption = Annotated[
    bool, typer.Option("--monitoring", help="How each way of monitoring survives the storm.")
]
Quick = Annotated[
    bool, typer.Option("--quick", help="A first answer in minutes: the quick part of the plan.")
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Start from the beginning; default: resume where it was interrupted.")
]
Again = Annotated[
    bool,
    typer.Option("--again", help="Also repeat discarded runs: those in which an instrument check failed."),
]

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="NAME", help="This contestant or trigger of the plan; may be given several times."
    ),
]
Seeds = Annotated[
    int | None,
    typer.Option(
        "--seeds", help="How many of the plan's seeds to run, from its first; more can follow later."
    ),
]


def compare(  # noqa: PLR0913  the command's options
    what: What = None,
    *,
    monitoring: WaysOption = False,
    quick: Quick = False,
    only: Only = None,
    seeds: Seeds = None,
    fresh: Fresh = False,
    again: Again = False,
    runtime: options.RuntimeOption = options.RuntimeName.AUTO,
    seed: options.Seed = None,
    as_json: options.Json = False,
    yes: options.Yes = False,
) -> None:
    """Play a tournament (see `lab list`), say what changed between two runs, or compare ways of monitoring."""
    given = what or []
    of_plans = {
        "--quick": quick,
        "--only": only,
        "--seeds": seeds is not None,
        "--fresh": fresh,
        "--again": again,
    }
    if monitoring:
        _refuse(of_plans, "is for a plan, not for --monitoring")
        raise typer.Exit(compare_monitoring(given, runtime, seed, as_json=as_json, yes=yes))
    _refuse({"--seed": seed is not None}, "is for --monitoring; --seeds N plays the first N seeds of a plan")
    if len(given) > 1:
        _refuse(of_plans, "is for a plan, not for runs")
        raise typer.Exit(_difference(given, as_json=as_json))
    plan = open_plan(given[0] if given else PLAN)
    field = narrow(plan, plan.quick if quick else plan.whole, only or (), seeds)
    offer_recovery(yes=yes)
    console = Console(stderr=as_json)
    chosen = choose_runtime(runtime.value)
    console.print(chosen.because, markup=False, highlight=False)
    folder = open_tournament(lab_home(), plan, field, chosen.name, fresh=fresh)
    cells = list(plan.cells(field))
    asked = Request(lab_home(), cells[0].drill, chosen.name)
    with Showing(console) as showing:
        stops = partial(interruptible, showing.say)
        early = asyncio.run(play(asked, folder, cells, stops, showing, doubtful_too=again))
    ended = None if early is None else say_end(console, early)
    raise typer.Exit(_said(plan, field, folder, ended, as_json=as_json))


def _refuse(given: Mapping[str, object], because: str) -> None:
    """Options that would change nothing are refused."""
    for name in (name for name, value in given.items() if value):
        raise typer.BadParameter(f"{name} {because}")


def _difference(runs: list[str], *, as_json: bool) -> int:
    """What has changed from one run to another; of more than two the first half is compared with the second."""
    if len(runs) % 2:
        raise typer.BadParameter(f"compare two runs, or as many before as after; these are {len(runs)}")
    judged = [judge_folder(find_run(lab_home(), run)) for run in runs]
    both = [(result.timeline, result.verdict) for result in judged]
    found = compare_runs(both[: len(both) // 2], both[len(both) // 2 :])
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        say_difference(Console(), found)
    return int(Exit.INCONCLUSIVE if found.unlike else Exit.PASS)


def _said(plan: Plan, field: Field, folder: TournamentFolder, early: Exit | None, *, as_json: bool) -> int:
    """Say how all stand, by the results that there are, of every seed that was ever played; the exit code."""
    found = results(folder, list(plan.cells(replace(field, seeds=plan.whole.seeds))))
    whole = played_seeds(plan, field, found)
    runtime = next((one.run.runtime for one in found if one.run is not None), "")
    stands = standing(plan, whole, found, plan_command(plan, whole, runtime))
    write(folder, stands, found)
    if as_json:
        typer.echo(stands.model_dump_json(indent=2))
    else:
        console = Console()
        say_tournament(console, stands)
        for path in (folder.page, folder.csv, folder.json):
            console.print(str(path), markup=False, highlight=False, soft_wrap=True)
    if early is not None:
        return int(early)
    counted = {(cell.contestant, cell.trigger, cell.seed) for cell in stands.cells if cell.valid}
    asked = {(cell.contestant, cell.trigger, cell.seed) for cell in plan.cells(field)}
    return int(Exit.PASS if asked <= counted else Exit.INCONCLUSIVE)
