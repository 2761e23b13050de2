"""``lab automate``: have a role of the living lab begin an automation, which then goes on by itself, in steps."""

from typing import Annotated

import typer

from lab.cli.active import inject, pairs
from lab.drillfile import read_step
from lab.report.console import Console
from lab.session import known_services


def automate(
    name: Annotated[str, typer.Argument(help="An automation, e.g. grow (docs/reference/automations.md).")],
    parameters: Annotated[
        list[str] | None, typer.Argument(help="As in a drill file: clients=100 every=1s deadline=60s")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="The role that does it; default: the one that it is meant for.")
    ] = None,
) -> None:
    """Have a role begin an automation; `lab fault clear ID` stops it. `lab automations` lists them."""
    step = read_step("automation", name, target, pairs(parameters or []), known_services())
    done = inject(step)
    Console().print(
        f"{name} on {step.target} has begun, read back: {done}\n"
        f"stop it, and take back what it did: lab fault clear {done}",
        markup=False,
    )
