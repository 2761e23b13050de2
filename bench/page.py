"""docs/measured/benchmarks.md, written from the rows alone: no figure in it was typed."""

import platform
from collections.abc import Iterable
from pathlib import Path

import psutil

from bench.attempt_cost import attempt_costs
from bench.ceiling import ceilings
from bench.cells import figure as _figure
from bench.cells import row as _row
from bench.cells import spread as _spread
from bench.first_runs import first_run_lines
from bench.games import game_lines
from bench.herds_page import herds
from bench.known_load_page import known_loads
from bench.monitored import monitored
from bench.places import fooled
from bench.policies import costs
from bench.rows import Row, Rows
from bench.tipping_points_page import tipping_points
from lab.analysis.verdict.interval import wilson

HEAD = """# Benchmarks

Written by `python -m bench page` from [benchmarks.jsonl](benchmarks.jsonl), which `make bench` fills; every row there
is one run. Medians, with the range in brackets; k of n with its 95 % interval (Wilson).

Rows of commits up to 23f0fb7 have their capacities and headrooms in the definition of before 2026-11-30: what a closed
loop of 16 completed. The bridge carried 1.1 to 1.4 times that without an engine, 1.07 times in containers
([how it is measured now](../explanation/capacity.md#how-it-is-measured)).
"""
GOALS = {
    "retry-storm": "stuck, amplification >= 3.5, goodput at the end of the aftermath < 5 % of offered, recovered "
    "within 30 s of the mitigation",
    "retry-storm-throttle": "the same, with a throttle for a trigger (`python -m bench throttle`)",
    "retry-storm-guarded": "recovers by itself",
}


def write_page(rows: Rows, path: Path) -> None:
    """Write the page."""
    parts = [
        HEAD,
        _machine(),
        *_storms(rows),
        *_fresh(rows),
        *first_run_lines(rows),
        *ceilings(rows),
        *attempt_costs(rows),
        *herds(rows),
        *_proofs(rows),
        *known_loads(rows),
        *tipping_points(rows),
        *monitored(rows),
        *costs(rows),
        *fooled(rows),
        *game_lines(rows),
    ]
    path.write_text("\n".join(parts), encoding="utf-8")


def _machine() -> str:
    gib = psutil.virtual_memory().total / 2**30
    return (
        f"Machine: {psutil.cpu_count()} cores, {gib:.0f} GiB, Linux {platform.release()}, "
        f"Python {platform.python_version()}. Other work on the machine shows as *inconclusive*, or as a longer wait.\n"
    )


def _storms(rows: Rows) -> Iterable[str]:
    yield "## The storms (`python -m bench storms`)\n"
    yield "Ready: from the start of `lab run` to the first request of the baseline, calibration included. Memory: all"
    yield "services through the aftermath (embedded: PSS; compose: working set of the cgroups). Lab: session, sampler,"
    yield "journal and terminal, in % of a core; the governor apart.\n"
    for drill, goal in GOALS.items():
        yield f"### `{drill}`: {goal}\n"
        head = (
            "runtime",
            "passed",
            "stuck",
            "amplification",
            "goodput after /s",
            "recovered after s",
            "attempts/s",
        )
        yield _row((*head, "ready s", "memory MB", "lab %"))
        yield _row(["---"] * 10)
        for runtime in ("embedded", "compose"):
            found = rows.of(what="storm", drill=drill, runtime=runtime)
            if found:
                yield _row(_storm(runtime, found))
        yield ""
        yield from _not_passed(rows.of(what="storm", drill=drill))


def _storm(runtime: str, found: list[Row]) -> tuple[str, ...]:
    return (
        runtime,
        str(wilson(sum(row["verdict"] == "pass" for row in found), len(found))),
        f"{sum(row['stuck'] is True for row in found)} of {len(found)}",
        _spread(row["amplification_peak"] for row in found),
        _spread(row["goodput_after_trigger_rps"] for row in found),
        _spread(row["time_to_recover_s"] for row in found),
        _spread(row["attempts_rps_peak"] for row in found),
        _spread(row["ready_s"] for row in found),
        _spread(row["memory_mb"] for row in found),
        _spread(100 * row["lab_cores"] for row in found if row["lab_cores"] is not None),
    )


def _not_passed(found: list[Row]) -> Iterable[str]:
    for row in found:
        if row["verdict"] != "pass":
            yield f"* {row['runtime']}, seed {row['seed']}: {row['verdict']}: {'; '.join(row['reasons'])}\n"


def _fresh(rows: Rows) -> Iterable[str]:
    yield "## From a fresh clone to a verdict (`python -m bench fresh`)\n"
    for row in rows.of(what="fresh"):
        passed = "passed" if row["passed"] else "did not pass"
        yield f"`git clone`, then `make drill RUNTIME={row['runtime']}` with empty caches of pip, Go and the lab:"
        yield f"{row['to_verdict_s']:.0f} s to the verdict; it {passed}.\n"


def _proofs(rows: Rows) -> Iterable[str]:
    yield "## Is the instrument right? (`python -m bench proofs`)\n"
    yield "`aa`: nothing is done. `known-503`: exactly 1 % of the requests is refused. `known-latency`: the bridge"
    yield "holds every answer back for 100 ms. `long-aftermath`: stuck for two minutes. See `bench/drills/`.\n"
    yield _row(("runtime", "proof", "seed", "verdict", "measured"))
    yield _row(["---"] * 5)
    for row in rows.of(what="proof"):
        told = ", ".join(
            f"{name}: {_figure(value)}" for name, value in row["measured"].items() if value is not None
        )
        yield _row((row["runtime"], row["proof"], row["seed"], row["verdict"], told))
    yield ""
