"""The section about tipping points in docs/measured/benchmarks.md."""

from collections.abc import Iterable
from typing import Any

from bench.cells import row as _row
from bench.rows import Row, Rows
from lab.analysis.verdict.interval import wilson

MODEL = "../explanation/why-storms-last.md#when-a-storm-outlives-a-throttle"


def tipping_points(rows: Rows) -> Iterable[str]:
    """Measured band and computed point of each setting, and in how many the one contains the other."""
    found = rows.of(what="tipping")
    if not found:
        return
    yield "## Tipping points, measured and computed (`python -m bench tipping`)\n"
    yield f"Settings: `bench/tipping_points.py`; [the model]({MODEL}). Computed: in brackets at the ends of the"
    yield "capacity's interval, and one standard deviation by chance.\n"
    yield _row(
        (
            "runtime",
            "setting",
            "never up to",
            "always from",
            "computed",
            "contained",
            "stuck of judged, by value",
        )
    )
    yield _row(["---"] * 7)
    for row in found:
        yield _row(_cells(row))
    yield ""
    judged = [row for row in found if row["contained"] is not None]
    inside = sum(row["contained"] for row in judged)
    yield (
        f"The measured band contains the computed point in {wilson(inside, len(judged))} settings.\n"
        if judged
        else ""
    )


def _cells(row: Row) -> tuple[str, ...]:
    unit, points = row.get("unit", ""), row["points"]
    contained = {True: "yes", False: "no", None: "-"}[row["contained"]]
    stuck = ", ".join(f"{value:g}: {stuck} of {judged}" for value, stuck, judged in points)
    edges = (_figure(row["never_up_to"], unit), _figure(row["always_from"], unit))
    return (row["runtime"], row["setting"], *edges, _computed(row["computed"], unit), contained, stuck or "-")


def _computed(computed: dict[str, Any] | None, unit: str) -> str:
    if computed is None or computed["value"] is None:
        return (computed or {}).get("because") or "-"
    ends = [_figure(end, unit) for end in (computed["low"], computed["high"])]
    chance = "" if computed["chance_s"] is None else f", chance {computed['chance_s']:g} s"
    return f"{_figure(computed['value'], unit)} [{'..'.join(ends)}]{chance}"


def _figure(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:g} {unit}"
