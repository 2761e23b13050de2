"""``lab mitigate``: what an operator does about a storm, on the living lab, while it lasts."""

from typing import Annotated

import typer

from lab.cli.active import inject, pairs
from lab.cli.top import SECONDS, look
from lab.drillfile import read_step
from lab.report.console import Console
from lab.session import known_services

ISOLATE = "isolate"
"""The one that finds its target by itself."""


def mitigate(
    name: Annotated[str, typer.Argument(help="A mitigation, e.g. shed (docs/reference/mitigations.md).")],
    parameters: Annotated[
        list[str] | None, typer.Argument(help="As in a drill file: admit_share=60% stop=10s")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            help="The service to apply it to; default: the one that the mitigation is meant for, where there is one."
        ),
    ] = None,
) -> None:
    """Apply a mitigation and read it back; stays until `lab fault clear ID`, `lab fault clear --all` or `lab down`."""
    services = known_services()
    values = pairs(parameters or [])
    if name == ISOLATE and target is None and "target" not in values:
        target = _top_talker()
    step = read_step("mitigation", name, target, values, services)
    done = inject(step)
    Console().print(
        f"{name} on {step.target} is active, read back: {done}\nundo it: lab fault clear {done}",
        markup=False,
    )


def _top_talker() -> str:
    """Who sends most, of those that can be moved."""
    talk = look(SECONDS)
    first = talk.movable()
    if first is None:
        raise typer.BadParameter(
            f"no one who could be moved sends over the {talk.device} now; say --target SERVICE"
        )
    Console().print(
        f"top talker: {first.who} ({first.connections_per_s:.1f} new connections/s)", markup=False
    )
    return first.who
