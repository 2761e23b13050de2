"""Sparklines: a character a second, coloured by phase; blank where nothing was measured."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby

from rich.text import Text

from lab.analysis.timeline.row import Row
from lab.drillfile.phase import PhaseRole
from lab.report.terminal.ink import BLOCKS, Ink
from lab.report.terminal.latest import Pick

ROLE_STYLE: Mapping[PhaseRole, str] = {
    "trigger": "red",
    "aftermath": "magenta",
    "mitigation": "blue",
    "retrigger": "red",
    "recovery": "green",
}
"""Basic colours only: the terminal's own palette makes them readable on light and dark."""


def style_of(role: PhaseRole | None) -> str:
    """The colour of a phase with this role; the baseline, and a phase without one, have the terminal's own."""
    return "default" if role is None else ROLE_STYLE.get(role, "default")


def top(rows: Sequence[Row], *picks: Pick) -> float:
    """The largest figure in view, which a sparkline's full block stands for."""
    return max((value for row in rows for pick in picks if (value := pick(row)) is not None), default=0.0)


def sparkline(rows: Sequence[Row], pick: Pick, highest: float, width: int) -> Text:
    """The figures of the last ``width`` seconds, the newest at the right; zero has a mark of its own."""
    shown = rows[-width:]
    line = Text(" " * (width - len(shown)), no_wrap=True)
    for row in shown:
        line.append(bar(pick(row), highest), style_of(row.role))
    return line


def phase_ruler(rows: Sequence[Row], width: int, edge: str = BLOCKS.edge) -> Text:
    """Which seconds belong to which phase, under the sparklines; ``edge`` marks where one begins."""
    shown = rows[-width:]
    line = Text(" " * (width - len(shown)), no_wrap=True)
    for (phase, role), members in groupby(shown, key=lambda row: (row.phase, row.role)):
        length = len(list(members))
        line.append(_label(phase, length, edge), style_of(role) if phase else "dim")
    return line


def bar(value: float | None, highest: float, ink: Ink = BLOCKS) -> str:
    """The mark of a figure; blank where nothing was measured."""
    if value is None:
        return " "
    if value <= 0 or highest <= 0:
        return ink.zero
    return ink.bars[min(len(ink.bars), math.ceil(value / highest * len(ink.bars))) - 1]


def _label(phase: str | None, length: int, edge: str) -> str:
    """The phase's name in ``length`` characters, behind a mark where it begins."""
    if not phase:
        return " " * length
    whole = f"{edge}{phase}"
    return (whole if len(whole) <= length else edge).ljust(length)
