"""Herds of 200, 1,000 and 5,000 clients: what a client costs in memory, how many arrive at once, and the verdict.

A client's memory is that of the services that hold its connections: what each has more at the end of the baseline,
when all clients are there, than when it had none; and what it has more at the most, when the herd has come back.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from bench.rows import Rows
from bench.runs import Run, run_drill
from lab.campaign import open_drill
from lab.session.herd import clients_of

WHAT = "herd"
DRILLS: Mapping[int, str] = {
    200: "thundering-herd",
    1_000: str(Path(__file__).parent / "drills" / "thundering-herd-1000.yaml"),
    5_000: "thundering-herd-5000",
}
VARIANTS = ("fixed", "jitter")
HOLDERS = ("fleet", "bridge", "router", "updates")
"""The services through which a client's subscription goes."""
RUNS = 3
KB = 1_000


def herd(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """Each herd with either delay, over three seeds."""
    for clients, variant, seed in product(DRILLS, VARIANTS, seeds[:RUNS]):
        key = {"what": WHAT, "runtime": runtime, "clients": clients, "variant": variant, "seed": seed}
        if rows.of(**key):
            continue
        name, folder = (
            f"{DRILLS[clients]}.{variant}",
            rows.folder / f"herd-{runtime}-{clients}-{variant}-{seed}",
        )
        run = run_drill(name, folder, runtime, "--seed", str(seed))
        if run.judged:  # else the next sitting tries again
            rows.add({**key, **figures(run, clients_of(open_drill(name)))})


def figures(run: Run, clients: int) -> dict[str, Any]:
    """What is kept of a run with so many clients."""
    verdict = run.verdict
    return {
        "verdict": verdict["verdict"],
        "reasons": verdict["reasons"],
        "arrivals_rps_peak": _expected(verdict, "arrivals"),
        "peak_to_mean": _expected(verdict, "peak_to_mean"),
        "held_kb": _each_kb(run, clients, run.phase("baseline")[1]),
        "most_kb": _each_kb(run, clients, None),
        "doubts": [
            f"{one['name']}: {one['measured']}" for one in verdict["instrument"] if one["ok"] is False
        ],
    }


def _expected(verdict: Mapping[str, Any], metric: str) -> float | None:
    """What was measured for the expectation about a metric."""
    found = (one["measured"] for one in verdict["expectations"] if metric in str(one["expected"]).split())
    return next(found, None)


def _each_kb(run: Run, clients: int, at_s: float | None) -> dict[str, float]:
    """By service: memory more than without clients, for each of them; at a moment, or (None) at the most."""
    begun_s = run.phase("baseline")[0]
    samples = [(e["t"], e["memory_bytes"]) for e in run.events("host.sample") if e["memory_bytes"]]
    before = [memory for t, memory in samples if t <= begun_s]
    after = [memory for t, memory in samples if t > begun_s and (at_s is None or t <= at_s)]
    if not before or not after:
        return {}
    later = {name: max(memory.get(name, 0) for memory in after) for name in HOLDERS}
    return {name: round((later[name] - before[-1].get(name, 0)) / clients / KB, 1) for name in HOLDERS}
