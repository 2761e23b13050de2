"""The rows that a live view shows: those old enough to be whole, and the newest figure of each kind."""

from collections.abc import Callable, Sequence

from lab.analysis.timeline.row import Row
from lab.analysis.timeline.timeline import Timeline

LAG_S = 2
"""Samples come once a second: a second is whole on the screen this long after it began."""

FRESH_S = 3
"""A figure older than this is not the present one."""

Pick = Callable[[Row], float | None]
"""Takes one figure from a row."""


def recent(timeline: Timeline, now_s: float, seconds: int) -> list[Row]:
    """The last whole seconds, oldest first."""
    newest = int(now_s) - LAG_S
    return [timeline.row(second) for second in range(max(0, newest - seconds + 1), newest + 1)]


def present(rows: Sequence[Row], pick: Pick) -> tuple[float | None, bool]:
    """The newest figure, and whether it can still change; None where there is no fresh one."""
    for row in reversed(rows[-FRESH_S:]):
        value = pick(row)
        if value is not None:
            return value, row.provisional
    return None, False


def word(rows: Sequence[Row], pick: Callable[[Row], str | None]) -> str | None:
    """The newest word, e.g. the active policy."""
    return next((found for row in reversed(rows[-FRESH_S:]) if (found := pick(row)) is not None), None)
