"""``lab run``: a drill to its verdict."""

import asyncio
from collections.abc import Sequence
from functools import partial
from itertools import compress
from pathlib import Path

import typer

from lab.analysis import RepeatedVerdict, are_last, series
from lab.analysis.verdict import interval
from lab.campaign import EARLY, find_tipping, run_often
from lab.campaign.asked import checked_way
from lab.cli import options
from lab.cli.busy import warn_of_labs
from lab.cli.drills import open_drill
from lab.cli.ended_early import exit_of_search, say_end, together
from lab.cli.files import check_file, check_out
from lab.cli.interrupts import interruptible
from lab.cli.recover import offer_recovery
from lab.cli.search_options import refuse_in_search
from lab.cli.showing import Showing
from lab.cli.viewing import show_verdict
from lab.drillfile import Drill
from lab.report.console import Console
from lab.report.junit import write_junit_of_series
from lab.report.terminal.tipping import say_tipping
from lab.report.terminal.variant_table import say_variants
from lab.runs.folder import RunFolderError
from lab.runs.home import lab_home
from lab.runs.remedy import remedy
from lab.runtime import choose_runtime
from lab.session import Request, Result


def run(  # noqa: PLR0913  the command's options
    drill: options.DrillArgument,
    *,
    runtime: options.RuntimeOption = options.RuntimeName.AUTO,
    seed: options.Seed = None,
    rate: options.Rate = None,
    monitoring: options.MonitoringOption = None,
    repeat: options.Repeat = 1,
    reruns: options.Reruns = 0,
    as_json: options.Json = False,
    junit: options.Junit = None,
    out: options.Out = None,
    yes: options.Yes = False,
) -> None:
    """Run a drill to its verdict; everything it did is rolled back, whatever happens."""
    found = open_drill(drill).with_overrides(seed=seed, rate_rps=rate, monitoring=checked_way(monitoring))
    if found.search is not None:
        refuse_in_search(junit=junit is not None, repeat=repeat > 1)
    check_out(out)
    check_file("--junit", junit)
    offer_recovery(yes=yes)
    warn_of_labs(Console(stderr=True))
    chosen = choose_runtime(runtime.value)
    Console(stderr=True).print(chosen.because, markup=False, highlight=False)
    console = Console(stderr=as_json)
    asked = Request(lab_home(), found, chosen.name, out)
    if found.search is not None:
        raise typer.Exit(_search(asked, console, as_json=as_json))
    with Showing(console) as showing:
        stops = partial(interruptible, showing.say)
        ran = asyncio.run(run_often(asked, repeat, stops, showing, reruns=reruns))
    early = None if ran.early is None else say_end(console, ran.early)
    if ran.results:
        _report(ran.results, found, repeat * len(found.runs), as_json=as_json, junit=junit)
    raise typer.Exit(together(ran.results) if early is None else int(early))


def _search(asked: Request, console: Console, *, as_json: bool) -> int:
    """Many runs on one lab, and the band in which it tips."""
    try:
        with Showing(console) as showing:
            tipping = asyncio.run(find_tipping(asked, partial(interruptible, showing.say), showing))
    except EARLY as early:
        return int(say_end(console, early))
    if as_json:
        typer.echo(tipping.model_dump_json(indent=2))
    else:
        say_tipping(console, tipping)
    return int(exit_of_search(tipping))


def _report(
    results: Sequence[Result], drill: Drill, asked: int, *, as_json: bool, junit: Path | None
) -> None:
    verdicts = [result.verdict for result in results]
    of_many = series(drill.name, asked, verdicts)
    if as_json:
        said = verdicts[-1] if asked == 1 else of_many
        typer.echo(said.model_dump_json(by_alias=True, indent=2))
    else:
        _say(results, drill, of_many, many=asked > 1)
    if junit is not None:  # last: whatever becomes of the file, the verdict is said
        _write_junit(junit, results)


def _say(results: Sequence[Result], drill: Drill, of_many: RepeatedVerdict, *, many: bool) -> None:
    console = Console()
    last = list(compress(results, are_last(of_many.verdicts)))
    for result in last:
        show_verdict(console, result)
    if many:
        say_variants(console, drill, [result.verdict for result in last])
        said = f"{drill.name} passed {interval.wilson(of_many.passed, of_many.runs)}"
        if of_many.reruns:
            said += f" at the first attempt; {of_many.passed_in_rerun} of {of_many.reruns} reruns passed"
        console.print(said, highlight=False, soft_wrap=True)


def _write_junit(path: Path, results: Sequence[Result]) -> None:
    """Write the file that CI collects.

    Raises:
        RunFolderError: it can't be written.
    """
    try:
        write_junit_of_series(path, [(result.verdict, result.timeline.now_s) for result in results])
    except OSError as error:
        said = f"--junit {path} can't be written: {error.strerror or error}"
        raise RunFolderError(f"{said}. {remedy(path.absolute(), error)}") from error
