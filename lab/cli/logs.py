"""``lab logs`` and ``lab triage``: what the services wrote, and what can be made of that alone."""

import asyncio
import dataclasses
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Annotated

import typer

from lab.analysis.logs.log_order import in_time_order
from lab.analysis.logs.triage import Triage
from lab.analysis.logs.triage import triage as make_triage
from lab.cli import options
from lab.report.console import Console
from lab.report.terminal.log_text import log_text
from lab.report.terminal.triage import say_triage
from lab.runs.home import lab_home
from lab.session import Logs, Unreachable, known_services, open_logs

TOGETHER_S = 0.25
"""Lines of several services that arrive within this are put in the order of their own times."""

LAST = 10
"""Lines of the past with which ``--follow`` begins."""

Line = tuple[str, str]


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise typer.BadParameter(f"{text!r} is no regular expression of Python: {error}") from error


Service = Annotated[str | None, typer.Argument(help="Whose log; default: all, in the order of time.")]
Follow = Annotated[
    bool,
    typer.Option(
        "--follow", "-f", help="The last ten lines, then what comes, until Ctrl-C or the lab's end."
    ),
]
Raw = Annotated[
    bool, typer.Option("--raw", help="The lines as written (JSON), as they are where no terminal reads.")
]
Grep = Annotated[
    re.Pattern[str] | None,
    typer.Option(parser=_regex, metavar="REGEX", help="Only lines in which this (Python) is found."),
]
RunOption = Annotated[
    str | None,
    typer.Option("--run", help="A run's name, its folder, or `latest`; default: the one that lives."),
]


def logs(
    service: Service = None,
    *,
    run: RunOption = None,
    follow: Follow = False,
    grep: Grep = None,
    raw: Raw = False,
) -> None:
    """What a service, or every one, wrote: in the living lab or drill, or in a run that is over."""
    found = open_logs(lab_home(), run)
    with suppress(KeyboardInterrupt):
        asyncio.run(
            _logs(
                found, service, follow=follow and found.living, grep=grep, raw=raw or not sys.stdout.isatty()
            )
        )


def triage(*, run: RunOption = None, as_json: options.Json = False) -> None:
    """From the logs alone: which call ends how, since when, until when, how often. For when all else is dark."""
    found = asyncio.run(triage_of(open_logs(lab_home(), run)))
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(found), indent=2))
    else:
        say_triage(Console(), found)


async def _logs(
    found: Logs, service: str | None, *, follow: bool, grep: re.Pattern[str] | None, raw: bool
) -> None:
    services = await found.services() if service is None else (service,)
    width = max(map(len, services), default=0) if service is None else 0

    def show(lines: Iterable[Line]) -> None:
        for name, line in lines:
            if grep is None or grep.search(line):
                said = line if raw else log_text(line)
                typer.echo(f"{name:<{width}}  {said}" if width else said)

    if follow:
        past = await _read(found, services)
        show([pair for pair in in_time_order(past) if grep is None or grep.search(pair[1])][-LAST:])
        await _follow(found, {service: len(past.get(service, ())) for service in services}, show)
    elif service is not None:
        show([(service, line) async for line in found.lines(service)])
    else:
        show(in_time_order(await _read(found, services)))


async def _read(found: Logs, services: Iterable[str]) -> dict[str, list[str]]:
    """Every log that can be had; which can't is said."""
    read: dict[str, list[str]] = {}
    for service in services:
        try:
            read[service] = [line async for line in found.lines(service)]
        except Unreachable as gone:
            _warn(f"no log of {service}: {gone}")
    return read


async def _follow(found: Logs, seen: Mapping[str, int], show: Callable[[Iterable[Line]], None]) -> None:
    """Show what comes, a moment's lines of all services at a time, until no service has more to say.

    ``seen``: service -> so many of its lines are known already.
    """
    queue: asyncio.Queue[Line | None] = asyncio.Queue()

    async def feed(service: str) -> None:
        try:
            number = 0
            async for line in found.lines(service, follow=True):
                number += 1
                if number > seen[service]:
                    queue.put_nowait((service, line))
        except Unreachable as gone:
            _warn(f"no more of {service}: {gone}")
        finally:
            queue.put_nowait(None)

    tasks = [asyncio.create_task(feed(service)) for service in seen]
    open_still = len(tasks)
    try:
        while open_still:
            moment = [await queue.get()]
            with suppress(TimeoutError):
                async with asyncio.timeout(TOGETHER_S):
                    while True:
                        moment.append(await queue.get())
            open_still -= moment.count(None)
            show(_ordered(line for line in moment if line is not None))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _ordered(lines: Iterable[Line]) -> Iterator[Line]:
    by_service: dict[str, list[str]] = {}
    for service, line in lines:
        by_service.setdefault(service, []).append(line)
    return in_time_order(by_service)


async def triage_of(found: Logs) -> Triage:
    """What all of a run's logs say together; which can't be had is said on standard error."""
    services = await found.services()
    read = await _read(found, services)
    process_of = known_services().process_of
    return make_triage(read, time.time() if found.living else None, services, process_of)


def _warn(text: str) -> None:
    sys.stderr.write(f"lab: {text}\n")
