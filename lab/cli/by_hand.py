"""A living lab by hand: up, status, fault, policy, watch, logs, down."""

import asyncio
import json
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from lab.cli import options
from lab.cli.drills import open_drill
from lab.cli.viewing import watch_stream
from lab.drillfile import Step, read_step
from lab.runtime import choose_runtime
from lab.session import ROOT, Client, Request, known_services, living, start_in_background, the_living

fault = typer.Typer(help="Faults on the living lab.", no_args_is_help=True)
policy = typer.Typer(help="Retry policies on the living lab.", no_args_is_help=True)
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")]


def up(
    drill: Annotated[
        str, typer.Option(help="Rate, headroom and configuration are this drill's.")
    ] = "retry-storm",
    runtime: options.Runtime = options.RuntimeName.AUTO,
    seed: options.Seed = None,
    rate: options.Rate = None,
) -> None:
    """Bring a lab up, calibrate it, start the load, and leave it running for you to play with."""
    found = open_drill(drill).with_overrides(seed=seed, rate_rps=rate)
    run = start_in_background(Request(ROOT, found, choose_runtime(runtime.value).name), Console().print)
    Console().print(
        f"The lab is up: {run.name}\n"
        "  lab status                                          what is happening\n"
        "  lab fault add latency --target bridge latency=3000ms stream=downstream\n"
        '  lab policy set storefront "budget + breaker"\n'
        "  lab watch                                           live view\n"
        "  lab down                                            end it",
        markup=False,
        highlight=False,
    )


def down() -> None:
    """Roll back every fault and take the living labs down; drills and what isn't theirs are left alone."""
    runs = living(ROOT)
    for run in runs:
        if run.by_hand:
            asyncio.run(Client(run).end())
            Console().print(f"{run.name}: down", markup=False)
        else:
            Console().print(f"{run.name}: left alone: a drill runs here; `lab abort` ends it", markup=False)
    if not any(run.by_hand for run in runs):
        Console().print("No lab is up.")


def status(*, run: options.Living = None, as_json: options.Json = False) -> None:
    """What the living lab or drill is at: its figures of the last seconds, and what is in force."""
    now = asyncio.run(Client(the_living(ROOT, run)).call("GET", "/status"))
    if as_json:
        typer.echo(json.dumps(now, indent=2))
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for key, value in now.items():
        table.add_row(key, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
    Console().print(table)


def watch(*, run: options.Living = None) -> None:
    """The live view of a living lab or drill; Ctrl-C ends the view, not the lab."""
    found = the_living(ROOT, run)
    with suppress(KeyboardInterrupt):
        asyncio.run(watch_stream(Console(), found, Client(found).lines("/events")))


def logs(
    service: Annotated[str, typer.Argument(help="Whose log.")],
    *,
    run: options.Living = None,
    follow: Follow = False,
) -> None:
    """What a service of the living lab or drill wrote."""

    async def echo() -> None:
        async for line in Client(the_living(ROOT, run)).lines(f"/logs/{service}?follow={int(follow)}"):
            typer.echo(line)

    asyncio.run(echo())


@fault.command("add")
def fault_add(
    what: Annotated[str, typer.Argument(help="A fault, e.g. latency (docs/faults.md).")],
    parameters: Annotated[list[str] | None, typer.Argument(help="As in a drill file: latency=3000ms")] = None,
    target: Annotated[str, typer.Option(help="The service it is for.")] = "bridge",
) -> None:
    """Apply a fault and read it back; stays until `lab fault clear` or `lab down`."""
    kind = "load" if what == "surge" else "fault"
    answer = _inject(read_step(kind, what, target, _pairs(parameters or []), known_services(ROOT)))
    Console().print(f"{what} on {target} is in force, read back: {answer['id']}", markup=False)


@fault.command("list")
def fault_list() -> None:
    """What is in force on the living lab."""
    for line in _call("GET", "/status")["in force"] or ["nothing"]:
        typer.echo(line)


@fault.command("clear")
def fault_clear(
    action: Annotated[str | None, typer.Argument(help="An id from `lab fault list`; default: all.")] = None,
) -> None:
    """Undo one fault, or all that this lab made; foreign ones stay."""
    answer = _call("DELETE", f"/actions/{action}" if action else "/actions")
    Console().print(
        f"undone: {action or ', '.join(answer['undone']) or 'nothing was in force'}", markup=False
    )


@policy.command("set")
def policy_set(
    service: Annotated[str, typer.Argument(help="A service with a client, e.g. storefront.")],
    name: Annotated[
        str, typer.Argument(metavar="POLICY", help='For example "budget + breaker" (docs/policies.md).')
    ],
) -> None:
    """Switch a service's retry policy while it runs."""
    _inject(read_step("mitigation", "policy", service, {"policy": name}, known_services(ROOT)))
    Console().print(f"{service} now retries by: {name}", markup=False)


def _inject(step: Step) -> Any:  # noqa: ANN401  JSON
    return _call("POST", "/actions", step.model_dump(mode="json"))


def _call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401  JSON
    return asyncio.run(Client(the_living(ROOT)).call(method, path, body))


def _pairs(parameters: list[str]) -> dict[str, str]:
    wrong = [text for text in parameters if "=" not in text]
    if wrong:
        raise typer.BadParameter(f"{wrong[0]!r} is no NAME=VALUE, e.g. latency=3000ms")
    return dict(text.split("=", 1) for text in parameters)
