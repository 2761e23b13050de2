"""``lab abort``: end what runs, from another terminal."""

import asyncio
from typing import Annotated

import typer

from lab.cli import options
from lab.cli.exits import Exit
from lab.journal.events import RunClosed
from lab.report.console import Console
from lab.runs.home import lab_home
from lab.session import LabClient, RunFolder, Unreachable, living, the_living

Reason = Annotated[str, typer.Argument(help="Why; it stands in the verdict.", show_default=False)]


def abort(reason: Reason = "", *, run: options.Living = None) -> None:
    """End the drill or the lab that runs: every fault is rolled back first; then the reason is reported."""
    runs = living(lab_home()) if run is None else [the_living(lab_home(), run)]
    if not runs:
        raise Unreachable(
            "nothing to abort: no drill runs and no lab is up. Started with --out? Say --run FOLDER."
        )
    if not all(asyncio.run(_all(runs, reason))):
        raise typer.Exit(int(Exit.BROKEN))


async def _all(runs: list[RunFolder], reason: str) -> list[bool]:
    """At once, so that none waits for another's rollback."""
    return await asyncio.gather(*(_abort(run, reason) for run in runs))


async def _abort(run: RunFolder, reason: str) -> bool:
    """Abort one run and wait until it has rolled back; whether everything could be."""

    def say(text: str) -> None:
        Console(soft_wrap=True).print(f"{run.name}: {text}", markup=False, highlight=False)

    client = LabClient(run)
    try:
        first = await client.abort(reason)
        say(
            "rolling back"
            if first
            else "is rolling back already; this ends by itself (each step has a deadline)"
        )
        closed = await client.ended()
    except Unreachable as gone:
        say(str(gone))
        return False
    say(_ending(closed))
    return closed is not None and closed.clean


def _ending(closed: RunClosed | None) -> str:
    if closed is None:
        return "it was killed meanwhile; its watchdog cleans up, and `lab recover` does where that was killed, too"
    if not closed.clean:
        return f"{closed.outcome}, but NOT rolled back: {', '.join(closed.left)}. Try `lab recover`."
    return f"{closed.outcome}; everything was rolled back and read back"
