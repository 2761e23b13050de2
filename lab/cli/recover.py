"""``lab recover``, and the offer of it by the commands that bring a lab up."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict

import typer

from lab.cli import options
from lab.cli.exits import Exit
from lab.report.console import Console
from lab.runs.home import lab_home
from lab.runs.recover import recover as recover_each
from lab.session import Recovered, Stray, abandoned, find_strays, open_runs

STRAYS = (
    "Left alone, as no run of yours answers for it (another owner's lab may live; look before you remove)"
)


def recover(*, as_json: options.Json = False) -> None:
    """Clean up after labs of this user that were killed together with their watchdog, wherever they ran from."""
    console = Console(stderr=as_json)
    done, strays = asyncio.run(_everything(lambda one: _say(console, str(one))))
    if as_json:
        runs = [asdict(one) | {"folder": str(one.folder)} for one in done]
        typer.echo(json.dumps({"runs": runs, "strays": [asdict(one) for one in strays]}, indent=2))
    elif strays:
        _say(console, f"{STRAYS}:")
        for stray in strays:
            _say(console, f"  {stray}")
    if any(one.left for one in done):
        raise typer.Exit(int(Exit.BROKEN))
    _say(console, "nothing is left of any earlier run")


def offer_recovery(*, yes: bool) -> None:
    """Before a lab is brought up: clean up after earlier ones, if that was asked for or is answered with yes."""
    runs = abandoned(lab_home())
    if not runs:
        return
    console = Console(stderr=True)
    names = ", ".join(run.name for run in runs)
    if yes or in_ci() or _agreed(f"Nothing has cleaned up after {names}. Do it now?"):
        asyncio.run(_each(lambda one: _say(console, str(one))))
    else:
        _say(console, f"nothing has cleaned up after {names}: `lab recover` does, or the option --yes")


def in_ci() -> bool:
    """Whether no one is there to be asked: ``CI`` is set, as every CI does."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def _agreed(question: str) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return typer.confirm(question, default=False, err=True)


async def _everything(report: Callable[[Recovered], None]) -> tuple[list[Recovered], list[Stray]]:
    done = await _each(report)
    return done, await find_strays(frozenset(run.mark for run in open_runs(lab_home())))


async def _each(report: Callable[[Recovered], None]) -> list[Recovered]:
    done = []
    async for one in recover_each(lab_home()):
        report(one)
        done.append(one)
    return done


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
