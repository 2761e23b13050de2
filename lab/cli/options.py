"""Options that several commands share."""

from enum import StrEnum
from glob import escape
from pathlib import Path
from typing import Annotated

import typer

from lab import resources
from lab.campaign.reruns import MOST_RERUNS
from lab.drillfile.load_model import MOST_RATE_RPS
from lab.drillfile.model import MOST_SEED


class RuntimeName(StrEnum):
    """Where the lab runs."""

    AUTO = "auto"
    COMPOSE = "compose"
    EMBEDDED = "embedded"


def drill_names(begun: str) -> list[str]:
    """What the shell completes: the drills that come with the lab."""
    return [path.stem for path in sorted(resources.drills().glob(f"{escape(begun)}*.yaml"))]


DrillArgument = Annotated[
    str,
    typer.Argument(
        help="A drill's name (see `lab list`) or a path to a drill file.", autocompletion=drill_names
    ),
]
RunArgument = Annotated[str, typer.Argument(help="A run's name, its folder, or `latest`.")]
Living = Annotated[
    str | None, typer.Option("--run", help="A living run's name or folder; default: the one that lives.")
]
RuntimeOption = Annotated[
    RuntimeName,
    typer.Option(help="compose where a container engine answers, embedded (local processes) elsewhere."),
]
Seed = Annotated[
    int | None, typer.Option(min=0, max=MOST_SEED, help="Seed of the arrivals; default: the drill's.")
]
Rate = Annotated[
    float | None, typer.Option(min=1, max=MOST_RATE_RPS, help="Requests a second; default: the drill's.")
]
MonitoringOption = Annotated[
    str | None,
    typer.Option(
        help="How the shared monitoring plane sees main (docs/explanation/monitoring.md); default: the drill's."
    ),
]
Repeat = Annotated[
    int, typer.Option(min=1, max=1000, help="How many runs, with seeds counting up; the verdict is k of N.")
]
Reruns = Annotated[
    int,
    typer.Option(
        min=0,
        max=MOST_RERUNS,
        help="How often, 5 times at most, a run is repeated in which an instrument check failed.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Yes = Annotated[
    bool,
    typer.Option(
        "--yes", "-y", help="Clean up after killed labs without asking (the default where CI is set)."
    ),
]
Out = Annotated[Path | None, typer.Option(help="Put the run folder here.")]
Junit = Annotated[Path | None, typer.Option(help="Also write JUnit XML to this file.")]
