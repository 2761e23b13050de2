"""Does monitoring survive? The blackout over seeds, the same planes with nothing to see, and every way of watching."""

from collections.abc import Sequence

from bench.figures import cost_of, memory_of, ready_after_s
from bench.rows import Row, Rows
from bench.runs import ROOT, Run, run_drill
from lab.analysis import Timeline, Verdict
from lab.analysis.planes.comparison import survivals
from lab.journal import read
from lab.monitoring import modes

BLACKOUT = "monitoring-blackout"
QUIET = str(ROOT / "bench" / "drills" / "quiet.yaml")
FEWEST = 5
"""Seeds of each drill; remedies are tried once."""

KEPT = ("scrapes_ok", "scrapes_expected", "stale_s", "longest_stale_s", "stale_backfilled_s", "answer_errors",
        "detection_time_s", "detected_by", "detect_bound_s", "time_to_dead_mans_switch_s", "false_alarms",
        "false_resolutions", "alerts_lost", "alerts_late", "restarts", "memory_bytes")  # fmt: skip


def monitoring(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """Both drills for each of five seeds, and each other way of watching once, unless there is a row already."""
    for seed in seeds[:FEWEST]:
        for name, drill in (("blackout", BLACKOUT), ("quiet", QUIET)):
            key = {"what": name, "runtime": runtime, "seed": seed, "mode": "same-listener"}
            if not rows.of(**key):
                run = run_drill(drill, rows.folder / f"{name}-{runtime}-{seed}", runtime, "--seed", str(seed))
                rows.add({**key, **figures(run)})
    for mode in modes(ROOT / "compose" / "monitoring"):
        key = {"what": "remedy", "runtime": runtime, "seed": 1, "mode": mode}
        if not rows.of(**key):
            folder = rows.folder / f"remedy-{mode}-{runtime}"
            rows.add(
                {**key, **figures(run_drill(BLACKOUT, folder, runtime, "--seed", "1", "--monitoring", mode))}
            )


def figures(run: Run) -> Row:
    """What is kept of one run: its verdict, and each plane's score."""
    timeline = Timeline.fold(read(run.folder / "journal.jsonl").events)
    verdict = Verdict.model_validate(run.verdict)
    span = timeline.judged or (0.0, 0.0)
    return {
        "exit_code": run.exit_code,
        "verdict": verdict.verdict,
        "reasons": list(verdict.reasons),
        "stuck": verdict.metrics.stuck,
        "ready_s": ready_after_s(run),
        "memory_mb": memory_of(run, span),
        "lab_cores": cost_of(run, span),
        "planes": {
            one.plane: {
                "kept_trigger": one.kept_trigger,
                "kept_aftermath": one.kept_aftermath,
                **{name: value for name, value in one.score.model_dump(mode="json").items() if name in KEPT},
            }
            for one in survivals(timeline, verdict)
        },
    }
