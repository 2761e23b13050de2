"""``lab compare --monitoring``: the same storm, watched in every way there is, side by side."""

import asyncio
import json
from collections.abc import Sequence
from functools import partial

import typer

from lab.analysis.planes.comparison import Survival, survivals
from lab.campaign import Report, RunBegins, watch_each_way, ways
from lab.cli import options
from lab.cli.drills import open_drill
from lab.cli.ended_early import together
from lab.cli.exits import Exit
from lab.cli.interrupts import interruptible
from lab.cli.recover import offer_recovery
from lab.cli.showing import Showing
from lab.report.console import Console
from lab.report.terminal.comparison import say_comparison
from lab.runs.home import lab_home
from lab.runtime import choose_runtime
from lab.session import Request, Result, find_run, judge_run

DRILL = "monitoring-blackout"


def compare_monitoring(
    runs: list[str], runtime: options.RuntimeName, seed: int | None, *, as_json: bool, yes: bool
) -> int:
    """Run `monitoring-blackout` once in each way (about ten minutes), or take finished runs; the exit code."""
    if runs:
        results = [judge_run(find_run(lab_home(), run)) for run in runs]
    else:
        results = list(_run_all(runtime, seed, quiet=as_json, yes=yes))
    found = [one for result in results for one in survivals(result.timeline, result.verdict)]
    _say(found, as_json=as_json)
    return _exit(results, found)


def _run_all(runtime: options.RuntimeName, seed: int | None, *, quiet: bool, yes: bool) -> Sequence[Result]:
    """One run a way."""
    drill = open_drill(DRILL).with_overrides(seed=seed)
    offer_recovery(yes=yes)
    chosen = choose_runtime(runtime.value)
    console = Console(stderr=True)
    console.print(chosen.because, markup=False, highlight=False)
    asked = Request(lab_home(), drill, chosen.name)
    with _Numbered(Console(stderr=quiet)) as showing:
        return asyncio.run(watch_each_way(asked, partial(interruptible, showing.say), showing)).results


class _Numbered(Showing):
    """Says of each run which way it is, of how many."""

    _begun = 0

    def __call__(self, report: Report) -> None:
        """As for any campaign, after a line of its own."""
        if isinstance(report, RunBegins):
            self._begun += 1
            self.say(f"{self._begun} of {len(ways())}: {report.drill.monitoring}")
        super().__call__(report)


def _say(found: list[Survival], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
    elif found:
        say_comparison(Console(), found)
    else:
        Console().print("No plane watched in these runs: `lab run monitoring-blackout` has some.")


def _exit(results: Sequence[Result], found: list[Survival]) -> int:
    """A remedy that fails the drill's expectations is a result: only an invalid run is none."""
    gravest = together(results)
    if gravest in {Exit.BROKEN, Exit.INTERRUPTED, Exit.NO_SETUP}:
        return gravest
    return int(Exit.PASS if found and all(one.valid for one in found) else Exit.INCONCLUSIVE)
