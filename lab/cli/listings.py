"""``lab faults``, ``mitigations``, ``automations``, ``policies``: what can be named, from the registries themselves."""

import dataclasses
import json
from collections.abc import Sequence

import typer
from rich.padding import Padding
from rich.text import Text

from lab.cli import options
from lab.drillfile import catalogue
from lab.report.console import Console


def faults(*, as_json: options.Json = False) -> None:
    """The faults, and what changes the load: `lab fault add NAME PARAMETER=VALUE`."""
    _say(catalogue.faults(), as_json=as_json, example="lab fault add latency latency=3000ms")


def mitigations(*, as_json: options.Json = False) -> None:
    """What an operator can do about a storm: `lab mitigate NAME PARAMETER=VALUE`."""
    _say(catalogue.mitigations(), as_json=as_json, example="lab mitigate shed admit_share=60%")


def automations(*, as_json: options.Json = False) -> None:
    """What a role can begin and goes on with by itself: `lab automate NAME PARAMETER=VALUE`."""
    _say(catalogue.automations(), as_json=as_json, example="lab automate grow clients=100 deadline=60s")


def policies(*, as_json: options.Json = False) -> None:
    """Retry policies: one schedule and any guards, joined by +."""
    _say(catalogue.policies(), as_json=as_json, example='lab policy set storefront "budget + breaker"')


def _say(found: Sequence[catalogue.Named], *, as_json: bool, example: str) -> None:
    """A block each, readable at any width; parameters in brackets have a default."""
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(one) for one in found], indent=2))
        return
    console = Console()
    for one in found:
        head = Text(one.name, "bold")
        parameters = "  ".join(f"{key}={value}" for key, value in one.parameters.items())
        kind = f"  [{one.kind}]" if one.kind in {"guard", "load"} else ""
        console.print(head.append(f"{kind}  {parameters}".rstrip(), "not bold"), highlight=False)
        target = f" Target: {one.target}." if one.target else ""
        console.print(Padding(Text(f"{one.what}{target}"), (0, 0, 0, 4)), highlight=False)
    console.print("\nIn brackets: the default.", markup=False, highlight=False)
    console.print(f"Example: {example}", markup=False, highlight=False, soft_wrap=True)
