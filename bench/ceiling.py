"""The highest storm in which every instrument check passes: the same drill at rising rates."""

from collections.abc import Sequence
from itertools import product

from bench.rows import Rows
from bench.runs import run_drill

RATES_RPS = (200, 250, 300)
RUNS = 3


def ceiling(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """``retry-storm`` at each rate, over three seeds."""
    for rate, seed in product(RATES_RPS, seeds[:RUNS]):
        if rows.of(what="ceiling", runtime=runtime, rate_rps=rate, seed=seed):
            continue
        folder = rows.folder / f"ceiling-{runtime}-{rate}-{seed}"
        run = run_drill("retry-storm", folder, runtime, "--rate", str(rate), "--seed", str(seed))
        verdict = run.verdict
        rows.add(
            {
                "what": "ceiling",
                "runtime": runtime,
                "rate_rps": rate,
                "seed": seed,
                "verdict": verdict["verdict"],
                "attempts_rps_peak": verdict["metrics"]["attempts_rps_peak"],
                "stuck": verdict["metrics"]["stuck"],
                "doubts": [
                    f"{c['name']}: {c['measured']}" for c in verdict["instrument"] if c["ok"] is False
                ],
                "reasons": verdict["reasons"],
            }
        )
