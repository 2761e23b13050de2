"""``lab top``: who sends most over the bridge, by the bridge's own sockets."""

from typing import Annotated

import typer
from rich.table import Table

from lab.cli import options
from lab.cli.active import call
from lab.probes.talk_event import Talk, Talker
from lab.report import headline_figures as figures
from lab.report.console import Console

SECONDS = 3.0


def top(
    *,
    seconds: Annotated[float, typer.Option(min=0.5, max=20, help="How long to watch.")] = SECONDS,
    device: Annotated[
        str | None, typer.Option(help="Which device; default: the one that everything crosses.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Show who sends most over the bridge: connections and bytes, counted at its own sockets."""
    talk = look(seconds, device)
    if as_json:
        typer.echo(talk.model_dump_json(indent=2))
        return
    console = Console()
    console.print(_table(talk))
    for line in _remarks(talk):
        console.print(line, markup=False, soft_wrap=True)


def look(seconds: float, device: str | None = None) -> Talk:
    """Have the living lab watch a device.

    Raises:
        Unreachable: none lives, or it can't; the message says why.
    """
    return Talk.model_validate(call("GET", f"/top?seconds={seconds}{f'&device={device}' if device else ''}"))


def _table(talk: Talk) -> Table:
    table = Table(
        title=f"over {talk.device}, {talk.seconds:.1f} s", title_justify="left", box=None, pad_edge=False
    )
    table.add_column("who")
    for heading in ("open", "new /s", "sent /s", "got /s", "share of connections"):
        table.add_column(heading, justify="right")
    whole = sum(talker.connections for talker in talk.talkers)
    for talker in talk.talkers:
        table.add_row(*_cells(talker, whole))
    return table


def _cells(talker: Talker, whole: int) -> tuple[str, ...]:
    return (
        talker.who,
        figures.NONE if talker.open_connections is None else f"{talker.open_connections:.1f}",
        f"{talker.connections_per_s:.1f}",
        f"{talker.sent_bytes_per_s / 1000:.1f} KB",
        f"{talker.got_bytes_per_s / 1000:.1f} KB",
        f"{100 * talker.connections / whole:.0f} %" if whole else figures.NONE,
    )


def _remarks(talk: Talk) -> list[str]:
    """What the table doesn't say."""
    new = sum(talker.connections_per_s for talker in talk.talkers)
    said = [f"new connections {new:.1f} /s"]
    if talk.forwarded_per_s is not None:
        said[0] += (
            f"; passed on behind the devices (all of them, counted there) {talk.forwarded_per_s:.1f} /s"
        )
    if not talk.talkers:
        said.append("no connection was open")
    if any(not talker.service for talker in talk.talkers):
        said.append("an address is who has none of its own: monitoring, or someone else on this machine")
    said.append(f"missed: {talk.missed}" if talk.missed else "every connection was counted, also short ones")
    return said
