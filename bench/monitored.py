"""The section of docs/measured/benchmarks.md on the monitoring planes, from the rows alone."""

from collections.abc import Iterable, Iterator
from typing import Any

from bench.cells import row, spread
from bench.rows import Row, Rows
from lab.analysis.verdict.interval import wilson

RUNTIMES = ("embedded", "compose")
BLACKOUTS = {"blackout": "latency", "blackout-throttle": "throttle"}
"""What the rows of a blackout are -> its trigger."""
INTRODUCTION = """\
`monitoring-blackout` (trigger: latency) and `monitoring-blackout-throttle`, which `python -m bench throttle` runs: the
shared plane sees main over the bridge, the ops plane has a path of its own. Kept: share of
the scrapes of main in the aftermath. Blind: seconds of the run, asked live; later: asked again afterwards. Paged,
silence: seconds from the trigger to the first page by ops, and to the dead-man's switch about shared.
"""
MB = 1e6


def monitored(rows: Rows) -> Iterable[str]:
    """Blackouts over seeds, the quiet runs, and every way of watching the same storm."""
    yield "## Does monitoring survive the storm? (`python -m bench monitoring`)\n"
    yield INTRODUCTION
    yield row(("runtime", "trigger", "passed", "shared kept %", "shared blind s", "later s", "ops kept %",
               "ops blind s", "paged s", "silence s", "planes MB", "all MB", "ready s"))  # fmt: skip
    yield row(["---"] * 13)
    for runtime in RUNTIMES:
        for what, trigger in BLACKOUTS.items():
            found = rows.of(what=what, runtime=runtime)
            if found:
                yield row((runtime, trigger, *_blackout(found)))
    yield ""
    for what in BLACKOUTS:
        yield from _not_passed(rows.of(what=what))
    yield from _quiet(rows)
    yield from _remedies(rows)


def _blackout(found: list[Row]) -> tuple[str, ...]:
    return (
        str(wilson(sum(one["verdict"] == "pass" for one in found), len(found))),
        spread(_percent(one, "shared") for one in found),
        spread(_plane(one, "shared", "stale_s") for one in found),
        spread(_plane(one, "shared", "stale_backfilled_s") for one in found),
        spread(_percent(one, "ops") for one in found),
        spread(_plane(one, "ops", "stale_s") for one in found),
        spread(_plane(one, "ops", "detection_time_s") for one in found),
        spread(_plane(one, "shared", "time_to_dead_mans_switch_s") for one in found),
        spread(_planes_mb(one) for one in found),
        spread(one["memory_mb"] for one in found),
        spread(one["ready_s"] for one in found),
    )


def _quiet(rows: Rows) -> Iterator[str]:
    yield "Nothing done (`bench/drills/quiet.yaml`: both planes keep 99 % of their scrapes, see all, send no page):\n"
    for runtime in RUNTIMES:
        found = rows.of(what="quiet", runtime=runtime)
        if found:
            yield f"* {runtime}: {wilson(sum(one['verdict'] == 'pass' for one in found), len(found))}\n"
    yield from _not_passed(rows.of(what="quiet"))


def _remedies(rows: Rows) -> Iterator[str]:
    yield "### Ways of watching the same storm (seed 1), the shared plane\n"
    yield "The drill expects the shared plane to go dark, so *fail* is what becomes of a remedy that works.\n"
    yield row(("runtime", "way", "verdict", "kept in trigger %", "kept in aftermath %", "blind s", "later s", "paged s",
               "by", "silence s"))  # fmt: skip
    yield row(["---"] * 10)
    for runtime in RUNTIMES:
        for one in rows.of(what="remedy", runtime=runtime):
            yield row(_remedy(one))
    yield ""


def _remedy(one: Row) -> tuple[object, ...]:
    figures = (
        "stale_s",
        "stale_backfilled_s",
        "detection_time_s",
        "detected_by",
        "time_to_dead_mans_switch_s",
    )
    told = [_plane(one, "shared", name) for name in figures]
    kept = [_percent(one, "shared", phase) for phase in ("kept_trigger", "kept_aftermath")]
    return (
        one["runtime"],
        one["mode"],
        one["verdict"],
        *("-" if cell is None else cell for cell in (*kept, *told)),
    )


def _not_passed(found: list[Row]) -> Iterator[str]:
    for one in found:
        if one["verdict"] != "pass":
            yield f"* {one['runtime']}, seed {one['seed']}: {one['verdict']}: {'; '.join(one['reasons'])}\n"


def _plane(one: Row, plane: str, name: str) -> Any:  # noqa: ANN401  a figure of the row, whatever it is
    return one["planes"].get(plane, {}).get(name)


def _percent(one: Row, plane: str, name: str = "kept_aftermath") -> float | None:
    share = _plane(one, plane, name)
    return None if share is None else round(100 * share, 1)


def _planes_mb(one: Row) -> float | None:
    sizes = [_plane(one, plane, "memory_bytes") for plane in ("shared", "ops")]
    return None if None in sizes else sum(sizes) / MB
