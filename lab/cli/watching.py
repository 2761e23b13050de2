"""``lab compare --monitoring``: the same storm, watched in every way there is, side by side."""

import asyncio
import json

import typer
from rich.console import Console

from lab import resources
from lab.analysis.planes.comparison import Survival, survivals
from lab.cli import options
from lab.cli.drills import open_drill
from lab.cli.exits import Exit
from lab.cli.recover import offer_recovery
from lab.cli.run import together, watched_run
from lab.monitoring import modes
from lab.report.terminal.comparison import say_comparison
from lab.runs.home import lab_home
from lab.runtime import choose_runtime
from lab.session import Request, Result, find_run, judge_run

DRILL = "monitoring-blackout"
FIRST = "same-listener"
"""The way that everything else is a remedy for."""


def compare_monitoring(
    runs: list[str], runtime: options.RuntimeName, seed: int | None, *, as_json: bool, yes: bool
) -> int:
    """Run `monitoring-blackout` once in each way (about ten minutes), or take finished runs; the exit code."""
    if runs:
        results = [judge_run(find_run(lab_home(), run)) for run in runs]
    else:
        results = _run_all(runtime, seed, quiet=as_json, yes=yes)
    found = [one for result in results for one in survivals(result.timeline, result.verdict)]
    _say(found, as_json=as_json)
    return _exit(results, found)


def _run_all(runtime: options.RuntimeName, seed: int | None, *, quiet: bool, yes: bool) -> list[Result]:
    """One run a mode, one after the other; a run that broke or was interrupted is the last one."""
    drill = open_drill(DRILL).with_overrides(seed=seed)
    offer_recovery(yes=yes)
    chosen = choose_runtime(runtime.value)
    console = Console(stderr=True)
    console.print(chosen.because, markup=False, highlight=False)
    ways = sorted(modes(resources.monitoring()), key=lambda mode: (mode != FIRST, mode))
    results: list[Result] = []
    for number, mode in enumerate(ways, 1):
        console.print(f"{number} of {len(ways)}: {mode}", markup=False, highlight=False)
        asked = Request(lab_home(), drill.with_overrides(monitoring=mode), chosen.name)
        results.append(asyncio.run(watched_run(asked, quiet=quiet)))
        if results[-1].aborted or results[-1].exit_code in {Exit.INTERRUPTED, Exit.BROKEN, Exit.NO_SETUP}:
            break
    return results


def _say(found: list[Survival], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
    elif found:
        say_comparison(Console(), found)
    else:
        Console().print("No plane watched in these runs: `lab run monitoring-blackout` has some.")


def _exit(results: list[Result], found: list[Survival]) -> int:
    """A remedy that fails the drill's expectations is a result: only an invalid run is none."""
    gravest = together(results)
    if gravest in {Exit.BROKEN, Exit.INTERRUPTED, Exit.NO_SETUP}:
        return gravest
    return int(Exit.PASS if found and all(one.valid for one in found) else Exit.INCONCLUSIVE)
