"""Healthy runs of a drill that asks every instrument check: each finding in them that is not ok is a false alarm."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.asked import seen
from bench.neighbours import beside
from bench.rows import Rows
from bench.runs import run_drill
from lab.journal import JournalError, read
from lab.journal.events import Event

DRILLS = Path(__file__).parent / "drills"
DRILL = "checks"
WHAT = "check-healthy"
RUNS: Mapping[str, int] = {"quiet": 20, "core": 20, "disk": 5}
"""Condition -> how many runs on each runtime."""


def healthy(rows: Rows, runtime: str, condition: str, seeds: Sequence[int]) -> None:
    """One run of the drill for every seed that has no row yet."""
    for seed in seeds:
        key = {"what": WHAT, "runtime": runtime, "condition": condition, "seed": seed}
        if not rows.of(**key):
            folder, begun_s = rows.folder / f"checks-{condition}-{runtime}-{seed}", time.monotonic()
            with beside(condition, rows.folder) as did:
                run = run_drill(*drill_of(DRILL, runtime, seed, folder))
            row = {**key, "folder": folder.name, "exit_code": run.exit_code, **seen(events_of(folder))}
            rows.add({**row, "wall_s": round(time.monotonic() - begun_s, 1), **did})


def drill_of(name: str, runtime: str, seed: int, folder: Path) -> tuple[str, Path, str, str, str]:
    """What ``run_drill`` takes, for one of the bench's own drills."""
    return str(DRILLS / f"{name}.yaml"), folder, runtime, "--seed", str(seed)


def events_of(folder: Path) -> tuple[Event, ...]:
    """The journal of a run; nothing where it has none."""
    try:
        return read(folder / "journal.jsonl").events
    except JournalError:
        return ()
