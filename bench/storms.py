"""The two storms, over seeds: stuck or not, amplification, goodput after the trigger, time to recover."""

from pathlib import Path
from typing import Any

from bench.figures import cost_of, memory_of, ready_after_s
from bench.runs import run_drill

FIGURES = ("stuck", "stuck_s", "amplification_peak", "attempts_rps_peak", "goodput_after_trigger_rps", "offered_rps",
           "goodput_trigger_rps", "time_to_recover_s", "censored_at_s")  # fmt: skip


def storm(drill: str, runtime: str, seed: int, folder: Path) -> dict[str, Any]:
    """One run of a storm, as a row of figures."""
    run = run_drill(drill, folder / f"{drill}-{runtime}-{seed}", runtime, "--seed", str(seed))
    verdict = run.verdict
    storming = run.phase("aftermath")
    return {
        "drill": drill, "runtime": runtime, "seed": seed, "exit_code": run.exit_code, "verdict": verdict["verdict"],
        "reasons": verdict["reasons"],
        "ready_s": ready_after_s(run), "memory_mb": memory_of(run, storming), "lab_cores": cost_of(run, storming),
        **{name: verdict["metrics"][name] for name in FIGURES},
    }  # fmt: skip
