"""Is the instrument right? Nothing done, nothing found; known answers; a long storm; a load on a known capacity."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.known_load import known_load
from bench.rows import Rows
from bench.runs import Run, run_drill

DRILLS = Path(__file__).parent / "drills"
A_A_RUNS = 5


def proofs(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """A/A over five seeds, the two known answers, the long aftermath."""
    for seed in seeds[:A_A_RUNS]:
        _prove(rows, runtime, "aa", seed)
    for name in ("known-503", "known-latency", "long-aftermath"):
        _prove(rows, runtime, name, seeds[0])
    known_load(rows, runtime, seeds)


def _prove(rows: Rows, runtime: str, name: str, seed: int) -> None:
    if rows.of(what="proof", proof=name, runtime=runtime, seed=seed):
        return
    file = DRILLS / f"{name}.yaml"
    run = run_drill(str(file), rows.folder / f"{name}-{runtime}-{seed}", runtime, "--seed", str(seed))
    verdict = run.verdict
    row = {"what": "proof", "proof": name, "runtime": runtime, "seed": seed, "verdict": verdict["verdict"]}
    rows.add({**row, "reasons": verdict["reasons"], "measured": _measured(run, verdict)})


def _measured(run: Run, verdict: dict[str, Any]) -> dict[str, Any]:
    """Every expectation's figure, and the medians of latency by phase."""
    found = {expected["name"]: expected["measured"] for expected in verdict["expectations"]}
    medians = {f"p50_ms {phase['name']}": phase["latency_p50_ms"] for phase in verdict["phases"]}
    return {**found, **medians, "stuck_s": verdict["metrics"]["stuck_s"], "exit_code": run.exit_code}
