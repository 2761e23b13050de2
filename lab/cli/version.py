"""``lab --version``."""

from importlib.metadata import version
from typing import Annotated

import typer

DISTRIBUTION = "retry-storm-lab"


def _show(asked: bool) -> None:  # noqa: FBT001  typer's
    if asked:
        typer.echo(f"lab {version(DISTRIBUTION)}")
        raise typer.Exit


def common(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show, is_eager=True, help="Print the lab's version.")
    ] = False,
) -> None:
    """The retry-storm chaos lab: make a real retry storm, watch it, learn what ends it."""
