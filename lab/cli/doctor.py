"""``lab doctor``: is this machine fit for the lab, would a drill be valid here, and if not, what to do."""

from typing import Annotated

import typer

from lab import doctor as examination
from lab.cli import options
from lab.cli.drills import open_drill

DrillToPredict = Annotated[
    str,
    typer.Argument(help="The drill that the prediction is for.", autocompletion=options.drill_names),
]


def doctor(
    drill: DrillToPredict = "retry-storm", *, rate: options.Rate = None, as_json: options.Json = False
) -> None:
    """Measure for 5 s, check CPU, memory, limits, programs and engine, and predict whether a drill will be valid."""
    found = open_drill(drill).with_overrides(rate_rps=rate)
    raise typer.Exit(examination.main(found, as_json=as_json))
