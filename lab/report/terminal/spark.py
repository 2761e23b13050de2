"""Sparklines: a character a second, coloured by phase; blank where nothing was measured."""

import math
from collections.abc import Sequence
from itertools import groupby

from rich.text import Text

from lab.analysis.row import Row
from lab.report.terminal.latest import Pick

_ZERO, _BARS = "▁", "▂▃▄▅▆▇█"

PHASE_STYLE = {"trigger": "red", "aftermath": "magenta", "mitigation": "blue", "recovery": "green"}
"""Basic colours only: the terminal's own palette makes them readable on light and dark."""


def style_of(phase: str | None) -> str:
    """The colour of a phase; the baseline has the terminal's own."""
    return PHASE_STYLE.get(phase or "", "default")


def top(rows: Sequence[Row], *picks: Pick) -> float:
    """The largest figure in view, which a sparkline's full block stands for."""
    return max((value for row in rows for pick in picks if (value := pick(row)) is not None), default=0.0)


def sparkline(rows: Sequence[Row], pick: Pick, highest: float, width: int) -> Text:
    """The figures of the last ``width`` seconds, the newest at the right; zero has a mark of its own."""
    shown = rows[-width:]
    line = Text(" " * (width - len(shown)), no_wrap=True)
    for row in shown:
        line.append(_bar(pick(row), highest), style_of(row.phase))
    return line


def phase_ruler(rows: Sequence[Row], width: int) -> Text:
    """Which seconds belong to which phase, under the sparklines."""
    shown = rows[-width:]
    line = Text(" " * (width - len(shown)), no_wrap=True)
    for phase, members in groupby(shown, key=lambda row: row.phase):
        length = len(list(members))
        line.append(_label(phase, length), style_of(phase) if phase else "dim")
    return line


def _label(phase: str | None, length: int) -> str:
    """The phase's name in ``length`` characters, behind a mark where it begins."""
    return (f"╵{phase or ''}")[:length].ljust(length) if phase else " " * length


def _bar(value: float | None, highest: float) -> str:
    if value is None:
        return " "
    if value <= 0 or highest <= 0:
        return _ZERO
    return _BARS[min(len(_BARS), math.ceil(value / highest * len(_BARS))) - 1]
