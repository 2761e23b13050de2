"""``lab run``: a drill to its verdict."""

import asyncio
from dataclasses import replace
from pathlib import Path

import typer
from rich.console import Console

from lab.analysis import Series, series
from lab.analysis.verdict import interval
from lab.cli import options
from lab.cli.busy import warn_of_labs
from lab.cli.drills import open_drill, watching
from lab.cli.exits import Exit
from lab.cli.files import check_file, check_out
from lab.cli.interrupts import interruptible
from lab.cli.on_one_lab import EARLY, say_end
from lab.cli.recover import offer_recovery
from lab.cli.search import exit_of, find_tipping
from lab.cli.variants import on_one_bridge, run_variants
from lab.cli.viewing import Viewing, show_verdict
from lab.drillfile import Drill
from lab.report.junit import write_junit_of_series
from lab.report.terminal.tipping import say_tipping
from lab.report.terminal.variant_table import say_variants
from lab.runs.folder import RunFolderError
from lab.runs.home import lab_home
from lab.runs.remedy import remedy
from lab.runtime import choose_runtime
from lab.session import Request, Result, create_run_folder, run_once


def run(  # noqa: PLR0913  the command's options
    drill: options.Drill,
    *,
    runtime: options.Runtime = options.RuntimeName.AUTO,
    seed: options.Seed = None,
    rate: options.Rate = None,
    monitoring: options.Monitoring = None,
    repeat: options.Repeat = 1,
    as_json: options.Json = False,
    junit: options.Junit = None,
    out: options.Out = None,
    yes: options.Yes = False,
) -> None:
    """Run a drill to its verdict; everything it did is rolled back, whatever happens."""
    found = open_drill(drill).with_overrides(seed=seed, rate_rps=rate, monitoring=watching(monitoring))
    check_out(out)
    check_file("--junit", junit)
    offer_recovery(yes=yes)
    warn_of_labs(Console(stderr=True))
    chosen = choose_runtime(runtime.value)
    Console(stderr=True).print(chosen.because, markup=False, highlight=False)
    if found.search is not None:
        raise typer.Exit(_search(Request(lab_home(), found, chosen.name, out), as_json=as_json))
    results: list[Result] = []
    early: Exit | None = None
    for number in range(repeat):
        asked = Request(lab_home(), found.with_overrides(seed=found.seed + number), chosen.name, out)
        made, early = _once(asked, quiet=as_json)
        results += made
        if early is not None:
            break
    if results:
        _report(results, found, repeat * len(found.runs), as_json=as_json, junit=junit)
    raise typer.Exit(together(results) if early is None else int(early))


def _once(asked: Request, *, quiet: bool) -> tuple[list[Result], Exit | None]:
    """Run a drill, or each of its variants; and the exit code that ends it all, if it came to that."""
    if asked.drill.variants and on_one_bridge(asked.drill.variants):
        return asyncio.run(run_variants(asked, asked.drill.variants, Console(stderr=quiet)))
    results: list[Result] = []
    for one in asked.drill.runs:
        results.append(asyncio.run(watched_run(replace(asked, drill=one), quiet=quiet)))
        code = results[-1].exit_code
        if results[-1].aborted or code in {Exit.INTERRUPTED, Exit.BROKEN, Exit.NO_SETUP}:
            return results, Exit(code)
    return results, None


def _search(asked: Request, *, as_json: bool) -> int:
    """Many runs on one lab, and the band in which it tips."""
    console = Console(stderr=as_json)
    try:
        tipping = asyncio.run(find_tipping(asked, console))
    except EARLY as early:
        return int(say_end(console, early))
    if as_json:
        typer.echo(tipping.model_dump_json(indent=2))
    else:
        say_tipping(console, tipping)
    return int(exit_of(tipping))


async def watched_run(request: Request, *, quiet: bool) -> Result:
    """One run with its view; Ctrl-C, SIGTERM and `lab abort` roll back."""
    folder = create_run_folder(request.home, request.drill.name, request.out)
    viewing = Viewing(Console(stderr=quiet), request.drill, request.runtime, folder)
    with interruptible(viewing.say) as stop:
        async with viewing.showing():
            return await run_once(request, folder, viewing.timeline, stop, viewing.tell)


def together(results: list[Result]) -> int:
    """One exit code of several runs: the gravest. A drill with repetitions or variants passes when every run did."""
    order = (Exit.BROKEN, Exit.INTERRUPTED, Exit.NO_SETUP, Exit.INCONCLUSIVE, Exit.FAIL, Exit.PASS)
    codes = {result.exit_code for result in results}
    return next(int(code) for code in order if code in codes)


def _report(results: list[Result], drill: Drill, asked: int, *, as_json: bool, junit: Path | None) -> None:
    verdicts = [result.verdict for result in results]
    of_many = series(drill.name, asked, verdicts)
    if as_json:
        said = verdicts[0] if asked == 1 else of_many
        typer.echo(said.model_dump_json(by_alias=True, indent=2))
    else:
        _say(results, drill, of_many, many=asked > 1)
    if junit is not None:  # last: whatever becomes of the file, the verdict is said
        _write_junit(junit, results)


def _say(results: list[Result], drill: Drill, of_many: Series, *, many: bool) -> None:
    console = Console()
    for result in results:
        show_verdict(console, result)
    if many:
        say_variants(console, drill, [result.verdict for result in results])
        console.print(f"{drill.name} passed {interval.wilson(of_many.passed, of_many.runs)}", highlight=False)


def _write_junit(path: Path, results: list[Result]) -> None:
    """Write the file that CI collects.

    Raises:
        RunFolderError: it can't be written.
    """
    try:
        write_junit_of_series(path, [(result.verdict, result.timeline.now_s) for result in results])
    except OSError as error:
        said = f"--junit {path} can't be written: {error.strerror or error}"
        raise RunFolderError(f"{said}. {remedy(path.absolute(), error)}") from error
