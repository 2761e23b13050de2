"""The two storms, over seeds: stuck or not, amplification, goodput after the trigger, time to recover."""

from collections.abc import Sequence

from bench.figures import cost_of, memory_of, ready_after_s
from bench.rows import Row, Rows
from bench.runs import Run, run_drill

DRILLS = ("retry-storm", "retry-storm-guarded")
FIGURES = (
    "stuck",
    "stuck_s",
    "amplification_peak",
    "attempts_rps_peak",
    "offered_rps",
    "goodput_trigger_rps",
    "goodput_after_trigger_rps",
    "time_to_recover_s",
    "censored_at_s",
)


def storms(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """Both drills for every seed that has no row yet."""
    for seed in seeds:
        for drill in DRILLS:
            if not rows.of(what="storm", drill=drill, runtime=runtime, seed=seed):
                folder = rows.folder / f"{drill}-{runtime}-{seed}"
                run = run_drill(drill, folder, runtime, "--seed", str(seed))
                rows.add({"what": "storm", "drill": drill, "runtime": runtime, "seed": seed, **figures(run)})


def figures(run: Run) -> Row:
    """What is kept of one run."""
    verdict = run.verdict
    span = run.phase("aftermath")
    return {
        "exit_code": run.exit_code,
        "verdict": verdict["verdict"],
        "reasons": verdict["reasons"],
        "ready_s": ready_after_s(run),
        "memory_mb": memory_of(run, span),
        "lab_cores": cost_of(run, span),
        **{name: verdict["metrics"][name] for name in FIGURES},
    }
