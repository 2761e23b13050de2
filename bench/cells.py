"""Cells and rows of the tables in docs/measured/benchmarks.md."""

import statistics
from collections.abc import Iterable


def row(cells: Iterable[object]) -> str:
    """A line of a table."""
    return "| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |"


def spread(values: Iterable[float | None]) -> str:
    """Median and range of what was measured."""
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    return f"{figure(statistics.median(known))} [{figure(min(known))}..{figure(max(known))}]"


def figure(value: object) -> str:
    """A figure with three digits."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
