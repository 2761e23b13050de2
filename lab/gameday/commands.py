"""``lab gameday``: a facilitated exercise on a lab of its own."""

import json
from typing import Any

import typer
from rich.table import Table

from lab.cli import options
from lab.drillfile.scenario import Scenario
from lab.exercise.scenarios import all_scenarios
from lab.report.console import Console

gameday = typer.Typer(help="Play a game day: respond to a sealed scenario.", no_args_is_help=True)


@gameday.command("list")
def gameday_list(*, as_json: options.Json = False) -> None:
    """The scenarios that come with the lab, as players may know them: nothing of what is sealed."""
    found = all_scenarios()
    if as_json:
        for one in found:
            typer.echo(json.dumps(outside(one)))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("number", "minutes", "difficulty", "title"):
        table.add_column(column)
    for number, one in enumerate(found, start=1):
        table.add_row(str(number), str(one.minutes), "*" * one.difficulty, one.title)
    Console().print(table)


def outside(scenario: Scenario) -> dict[str, Any]:
    """What is written on the outside of a sealed scenario. Its name is not: it may say too much."""
    return {
        "title": scenario.title,
        "warning": scenario.warning,
        "difficulty": scenario.difficulty,
        "minutes": scenario.minutes,
        "customers": sorted(scenario.users),
        "eyes": list(scenario.eyes),
    }
