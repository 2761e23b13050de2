"""The present figures, each with its sparkline, and the bridge and the clients in a line each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lab.analysis.timeline.row import Row
from lab.report import headline_figures as figures
from lab.report.terminal.latest import Pick, present, word
from lab.report.terminal.spark import phase_ruler, sparkline, top
from lab.report.words import clean


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of the table: its name, where it is in a row, how it and the top of its scale are written."""

    name: str
    pick: Pick
    write: Callable[[float | None], str]
    top: Callable[[float | None], str] = figures.count


_RATES = (
    FigureLine("offered", lambda row: row.offered, figures.rate),
    FigureLine("goodput", lambda row: row.good, figures.rate),
)
"""These two share a scale: how much of what was asked for was answered is seen at a glance."""

_OTHERS = (
    FigureLine("attempts", lambda row: row.attempts, figures.rate),
    FigureLine("amplification", lambda row: row.amplification, figures.ratio, figures.ratio),
    FigureLine("latency p99", lambda row: row.latency_p99_ms, figures.millis, figures.millis),
)

NAME, FIGURE, SCALE = 14, 10, 12
"""Widths of the columns beside the sparkline."""

_GAP = 2

_BUSY_CELLS = 10


def figure_table(rows: Sequence[Row], width: int) -> RenderableType:
    """Offered, goodput, attempts, amplification and p99: now, and over the seconds in view."""
    wide = width - NAME - FIGURE - SCALE
    shown = rows[-wide:]
    shared = top(shown, *(told.pick for told in _RATES))
    table = _grid(wide)
    for told in _RATES:
        table.add_row(*_cells(told, shown, shared, wide))
    for told in _OTHERS:
        table.add_row(*_cells(told, shown, top(shown, told.pick), wide))
    table.add_row("", "", "", phase_ruler(shown, wide), "")
    return table


def bridge_lines(rows: Sequence[Row], width: int) -> RenderableType:
    """How full the bridge is, and what the clients do about failures."""
    busy, _ = present(rows, lambda row: row.bridge_utilization)
    open_now, _ = present(rows, lambda row: row.open_connections)
    accept_queue, _ = present(rows, lambda row: row.accept_queue)
    cells = 0 if busy is None else min(_BUSY_CELLS, round(busy * _BUSY_CELLS))
    percent = figures.busy(busy)
    bridge = Text.assemble(
        "bridge".ljust(NAME),
        (percent.rjust(FIGURE - _GAP), "bold"),
        f"{' ' * _GAP}{'█' * cells}{'░' * (_BUSY_CELLS - cells)} busy   ",
        f"connections {figures.count(open_now)}   accept queue {figures.count(accept_queue)}",
        no_wrap=True, overflow="ellipsis",
    )  # fmt: skip
    policy = clean(word(rows, lambda row: row.policy) or figures.NONE)
    breaker = clean(word(rows, lambda row: row.breaker) or "none")
    clients = Text.assemble("clients".ljust(NAME), f"retries {policy}   breaker {breaker}")
    clients.truncate(width, overflow="ellipsis")
    bridge.truncate(width, overflow="ellipsis")
    return Group(bridge, clients)


def _grid(wide: int) -> Table:
    table = Table.grid(padding=0)
    table.add_column(width=NAME, no_wrap=True)
    table.add_column(width=FIGURE - _GAP, justify="right", no_wrap=True)
    table.add_column(width=_GAP)
    table.add_column(width=wide, no_wrap=True)
    table.add_column(width=SCALE, justify="right", style="dim", no_wrap=True)
    return table


def _cells(
    told: FigureLine, rows: Sequence[Row], highest: float, wide: int
) -> tuple[str, Text, str, Text, str]:
    """One figure's row. A figure that can still change stands behind a tilde."""
    value, provisional = present(rows, told.pick)
    figure = Text(f"{'~' if provisional and value is not None else ''}{told.write(value)}", "bold")
    scale = f"max {told.top(highest)}" if highest else ""
    return told.name, figure, "", sparkline(rows, told.pick, highest, wide), scale
