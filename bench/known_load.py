"""Known-capacity proof: is the calibrated capacity what the bridge carries of an open load whose clients never retry?

At 0.95 of it and below the queueing delay stays under half the clients' timeout (its 99th percentile over the
seconds). At 1.05 and above the accept queue grows by what is offered beyond the capacity, give or take 20 %,
until its wait reaches the timeout. Each step begins on an empty queue: it is a lab of its own, calibrated for a
headroom of 1 / step, so that the load is the same in all of them. What is held against the queue is what was
calibrated, with its interval, not what was asked for.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

from bench.rows import Rows
from bench.runs import Run, run_drill

DRILL = Path(__file__).parent / "drills" / "known-load.yaml"
STEPS = (0.8, 0.9, 0.95, 1.05, 1.1, 1.2)
SEEDS = 5
PHASE = "baseline"
TIMEOUT_S = 1.0
WITHIN = 0.2
CANARY_RPS = 1.0
"""The lab's own calls over the bridge, besides the load."""


def known_load(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """Every step that has no row yet, over five seeds."""
    for seed in seeds[:SEEDS]:
        for step in STEPS:
            key = {"what": "known-load", "runtime": runtime, "step": step, "seed": seed}
            if not rows.of(**key):
                folder = rows.folder / f"known-load-{runtime}-{step:g}-{seed}"
                drill = with_headroom(folder.with_suffix(".yaml"), 1 / step)
                run = run_drill(str(drill), folder, runtime, "--seed", str(seed))
                if run.judged:  # else the next sitting tries again
                    rows.add({**key, **figures(run)})


def with_headroom(file: Path, headroom: float) -> Path:
    """The drill for one step, in a file of its own."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = DRILL.read_text().replace("headroom: 1.0", f"headroom: {headroom:.4f}")
    file.write_text("\n".join(line for line in text.splitlines() if not line.startswith("#")) + "\n")
    return file


def figures(run: Run) -> dict[str, Any]:
    """Load, capacity and queue of one step, in connections per second and seconds; null: not measured."""
    verdict = run.verdict
    start_s, end_s = run.phase(PHASE)
    samples = [one for one in run.events("bridge.sample") if start_s <= one["t"] < end_s]
    seen = [one for one in samples if one["accept_queue"] is not None and one["accepted_total"] is not None]
    waits_s = list(delays_s(seen))
    capacity, offered = (
        verdict["capacity"] or {},
        verdict["phases"][0]["offered_rps"] if verdict["phases"] else None,
    )
    offered_rps = None if offered is None else offered + CANARY_RPS
    until = next((at for at, wait_s in enumerate(waits_s) if wait_s >= TIMEOUT_S), len(waits_s))
    growth_rps = slope([(one["t"], one["accept_queue"]) for one in seen[: until + 2]])
    beyond_rps = [
        None if offered_rps is None or capacity.get(key) is None else offered_rps - capacity[key]
        for key in ("answered_rps", "answered_high_rps", "answered_low_rps")
    ]
    row = {
        "verdict": verdict["verdict"],
        "offered_rps": offered_rps,
        "capacity_rps": capacity.get("answered_rps"),
        "beyond_rps": beyond_rps[0],
        "beyond_low_rps": beyond_rps[1],
        "beyond_high_rps": beyond_rps[2],
        "growth_rps": growth_rps,
        "delay_p99_s": quantiles(waits_s, n=100, method="inclusive")[-1] if len(waits_s) > 1 else None,
    }
    return {**row, "load": load(row), "holds": holds(row)}


def load(row: dict[str, Any]) -> float | None:
    """What was offered, as a multiple of the capacity as calibrated."""
    return row["offered_rps"] / row["capacity_rps"] if row["offered_rps"] and row["capacity_rps"] else None


def holds(row: dict[str, Any]) -> bool | None:
    """Whether the queue did what the capacity says; None: not known, or so near to 1 that nothing follows from it."""
    multiple = load(row)
    if multiple is None or row["delay_p99_s"] is None or 0.95 < multiple < 1.05:  # noqa: PLR2004  as the module says
        return None
    if multiple <= 1:
        return bool(row["delay_p99_s"] < TIMEOUT_S / 2)
    if row["growth_rps"] is None:
        return None
    low, high = (1 - WITHIN) * row["beyond_low_rps"], (1 + WITHIN) * row["beyond_high_rps"]
    return bool(low <= row["growth_rps"] <= high)


def delays_s(samples: Sequence[dict[str, Any]]) -> Iterable[float]:
    """Accept queue / accept rate, second by second."""
    for before, after in pairwise(samples):
        rate = (after["accepted_total"] - before["accepted_total"]) / (after["t"] - before["t"])
        yield after["accept_queue"] / max(rate, 1.0)  # as if one were accepted, where none was


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The least-squares slope; None from fewer than three points."""
    if len(points) < 3:  # noqa: PLR2004  a slope of two says nothing
        return None
    at, level = mean(x for x, _ in points), mean(y for _, y in points)
    return sum((x - at) * (y - level) for x, y in points) / sum((x - at) ** 2 for x, _ in points)
