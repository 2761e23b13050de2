"""``lab doctor``: is this machine fit for the lab, and if not, what to do."""

import typer

from lab import doctor as examination
from lab.cli import options


def doctor(*, as_json: options.Json = False) -> None:
    """Check engine, plugin, binaries, CPU, memory and limits; say for each what to do."""
    raise typer.Exit(examination.main(as_json=as_json))
