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

_WAIT_CELLS = 8
"""The bar of the queueing delay: full where an answer is of no use any more."""


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


def bridge_lines(rows: Sequence[Row], width: int, useless_from_s: float) -> RenderableType:
    """How long the bridge has clients wait, what becomes of its work, and what the clients do about failures."""
    delay_s, _ = present(rows, lambda row: row.queueing_delay_s)
    answered, _ = present(rows, lambda row: row.answered_rps)
    wasted, _ = present(rows, lambda row: row.wasted_rps)
    accept_queue, _ = present(rows, lambda row: row.accept_queue)
    share = 0.0 if delay_s is None else min(1.0, delay_s / useless_from_s)
    cells = int(share * _WAIT_CELLS)
    bridge = Text.assemble(
        "bridge delay".ljust(NAME),
        (figures.wait(delay_s).rjust(FIGURE - _GAP), "bold"),
        f"{' ' * _GAP}{'█' * cells}{'░' * (_WAIT_CELLS - cells)} limit {figures.seconds(useless_from_s)}",
        f"  answered {figures.rate(answered)}  wasted {figures.rate(wasted)}",
        no_wrap=True, overflow="ellipsis",
    )  # fmt: skip
    queued = f"  accept queue {figures.count(accept_queue)}"
    if bridge.cell_len + len(queued) <= width:
        bridge.append(queued)
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
