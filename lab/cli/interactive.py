"""A lab to play with: up, status, watch, logs, down."""

import asyncio
import json
from contextlib import suppress
from typing import Annotated

import typer

from lab.campaign.asked import checked_way
from lab.cli import options
from lab.cli.active import say_foreign
from lab.cli.background import start_in_background
from lab.cli.drills import open_drill
from lab.cli.exits import Exit
from lab.cli.page_server import serve_page
from lab.cli.recover import offer_recovery
from lab.cli.viewing import watch_stream
from lab.journal import read
from lab.remote.client import listens, waits_for_recovery
from lab.report.console import Console
from lab.report.terminal.status import status_line
from lab.runs.home import lab_home
from lab.runtime import choose_runtime
from lab.session import LabClient, Request, RunFolder, living, the_living


def up(  # noqa: PLR0913  the command's options
    drill: Annotated[
        str, typer.Option(help="Rate, headroom and configuration are this drill's.")
    ] = "retry-storm",
    runtime: options.RuntimeOption = options.RuntimeName.AUTO,
    seed: options.Seed = None,
    rate: options.Rate = None,
    monitoring: options.MonitoringOption = None,
    *,
    yes: options.Yes = False,
) -> None:
    """Bring a lab up, calibrate it, start the load, and leave it running for you to play with."""
    found = open_drill(drill).with_overrides(seed=seed, rate_rps=rate, monitoring=checked_way(monitoring))
    offer_recovery(yes=yes)
    console = Console(soft_wrap=True)
    chosen = choose_runtime(runtime.value)

    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False)

    say(chosen.because)
    run = start_in_background(Request(lab_home(), found, chosen.name), say)
    console.print(
        f"The lab is up: {run.name}\n"
        "  lab status                                          what is happening\n"
        "  lab fault add latency --target bridge latency=3000ms stream=downstream\n"
        '  lab policy set storefront "budget + breaker"\n'
        "  lab top                                             who sends most over the bridge\n"
        "  lab mitigate shed admit_share=60%                   a remedy (docs/reference/mitigations.md)\n"
        "  lab watch                                           live view\n"
        "  lab down                                            end it",
        markup=False,
        highlight=False,
    )


def down() -> None:
    """Roll back every fault and take the living labs down; drills and foreign things are listed and left alone."""
    runs = living(lab_home())
    left = [word for run in runs if run.interactive for word in _end(run)]
    for run in runs:
        if not run.interactive:
            Console().print(f"{run.name}: left alone: a drill runs here; `lab abort` ends it", markup=False)
    if not any(run.interactive for run in runs):
        said = f"No lab is up.{waits_for_recovery(lab_home())}"
        Console(soft_wrap=True).print(said, markup=False, highlight=False)
    if left:
        raise typer.Exit(int(Exit.BROKEN))


def _end(run: RunFolder) -> tuple[str, ...]:
    """End one living lab and say what was left alone; what of its own could not be undone or taken down."""
    foreign = asyncio.run(LabClient(run).call("GET", "/foreign"))["foreign"]
    asyncio.run(LabClient(run).end())
    closed = read(run.journal).closed
    left = closed.left if closed else ("its journal has no end",)
    state = f"NOT down; left (`lab recover` tries again): {'; '.join(left)}" if left else "down"
    console = Console(soft_wrap=True)
    console.print(f"{run.name}: {state}", markup=False, highlight=False)
    if run.report.is_file():
        console.print(f"what was done, and its charts: {run.report}", markup=False, highlight=False)
    say_foreign(foreign)
    return left


def status(*, run: options.Living = None, as_json: options.Json = False) -> None:
    """The state of the living lab or drill, its figures of the last seconds, and what is active."""
    now = asyncio.run(LabClient(the_living(lab_home(), run)).call("GET", "/status"))
    if as_json:
        typer.echo(json.dumps(now, indent=2))
        return
    console = Console()
    for key, value in now.items():
        console.print(status_line(key, value), markup=False, highlight=False)


def watch(  # noqa: PLR0913  the command's options
    *,
    run: options.Living = None,
    web: Annotated[bool, typer.Option("--web", help="As a page in a browser, with controls.")] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="With --web: the port on 127.0.0.1; 0: any that is free.")
    ] = 0,
    browser: Annotated[
        bool,
        typer.Option("--browser/--no-browser", help="With --web: open the page, where there is a screen."),
    ] = True,
    start: Annotated[
        bool,
        typer.Option(
            "--start", help="With --web, where no lab is up: start one, and take it down at the end."
        ),
    ] = False,
    runtime: options.RuntimeOption = options.RuntimeName.AUTO,
) -> None:
    """The live view of a living lab or drill; Ctrl-C ends the view, not the lab."""
    if web:
        watch_on_page(run, port, runtime, browser=browser, start=start)
        return
    found = the_living(lab_home(), run)
    with suppress(KeyboardInterrupt):
        asyncio.run(watch_stream(Console(), found, LabClient(found).events()))


def watch_on_page(
    run: str | None, port: int, runtime: options.RuntimeName, *, browser: bool, start: bool
) -> None:
    """Serve the page until Ctrl-C; a lab that this started ends with it, any other goes on."""
    home = lab_home()
    if start and run is None and not living(home):
        up(runtime=runtime)
        mine = the_living(home)
    else:
        mine = None
        the_living(home, run)
    try:
        code = serve_page(home, run, port, browser=browser)
    finally:
        left = () if mine is None or not listens(mine) else _end(mine)
    if left or code:
        raise typer.Exit(int(Exit.BROKEN) if left else code)
