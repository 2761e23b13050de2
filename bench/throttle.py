"""The storms whose trigger is a throttle, over seeds: stuck every time, and the shared plane dark with it?"""

from collections.abc import Callable, Sequence

from bench import monitoring, storms
from bench.rows import Row, Rows
from bench.runs import Run, run_drill

KEPT: dict[str, tuple[str, Callable[[Run], Row]]] = {
    "retry-storm-throttle": ("storm", storms.figures),
    "monitoring-blackout-throttle": ("blackout-throttle", monitoring.figures),
}
"""Drill -> what its rows are, and what is kept of a run."""


def throttle(rows: Rows, runtime: str, seeds: Sequence[int]) -> None:
    """Both drills for every seed that has no row yet."""
    for seed in seeds:
        for drill, (what, figures) in KEPT.items():
            key = {"what": what, "drill": drill, "runtime": runtime, "seed": seed}
            if not rows.of(**key):
                folder = rows.folder / f"{drill}-{runtime}-{seed}"
                rows.add({**key, **figures(run_drill(drill, folder, runtime, "--seed", str(seed)))})
