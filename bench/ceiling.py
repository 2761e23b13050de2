"""The highest storm that the instrument still vouches for: the same drill at rising rates."""

from collections.abc import Sequence

from bench.rows import Rows
from bench.runs import run_drill

RATES_RPS = (200, 250, 300)


def ceiling(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """One run of ``retry-storm`` at each rate."""
    seed = seeds[0]
    for rate in RATES_RPS:
        if rows.of(what="ceiling", runtime=runtime, rate_rps=rate):
            continue
        folder = rows.folder / f"ceiling-{runtime}-{rate}"
        run = run_drill("retry-storm", folder, runtime, "--rate", str(rate), "--seed", str(seed))
        verdict = run.verdict
        rows.add(
            {
                "what": "ceiling",
                "runtime": runtime,
                "rate_rps": rate,
                "verdict": verdict["verdict"],
                "attempts_rps_peak": verdict["metrics"]["attempts_rps_peak"],
                "stuck": verdict["metrics"]["stuck"],
                "doubts": [
                    f"{c['name']}: {c['measured']}" for c in verdict["instrument"] if c["ok"] is False
                ],
                "reasons": verdict["reasons"],
            }
        )
