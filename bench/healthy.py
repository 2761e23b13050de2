"""Healthy runs of a drill that asks every instrument check: each finding in them that is not ok is a false alarm."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.asked import Found, ask
from bench.neighbours import beside
from bench.rows import Row, Rows
from bench.runs import Run, run_drill
from lab.journal import JournalError, read
from lab.journal.events import Event

DRILLS = Path(__file__).parent / "drills"
DRILL = "checks"
WHAT = "check-healthy"
COMPLETED = "completed"
"""The outcome of a run that got to its end."""
RUNS: Mapping[str, int] = {"quiet": 20, "core": 20, "disk": 5}
"""Condition -> how many runs on each runtime."""


def healthy(rows: Rows, runtime: str, condition: str, seeds: Sequence[int]) -> None:
    """One run of the drill for every seed that has no row yet."""
    for seed in seeds:
        key = {"what": WHAT, "runtime": runtime, "condition": condition, "seed": seed}
        if not rows.of(**key):
            begun_s = time.monotonic()
            with beside(condition, rows.folder) as did:
                run = run_drill(
                    *drill_of(DRILL, runtime, seed, rows.folder / f"checks-{condition}-{runtime}-{seed}")
                )
            rows.add({**key, **outcome(run), "wall_s": round(time.monotonic() - begun_s, 1), **did})


def drill_of(name: str, runtime: str, seed: int, folder: Path) -> tuple[str, Path, str, str, str]:
    """What ``run_drill`` takes, for one of the bench's own drills."""
    return str(DRILLS / f"{name}.yaml"), folder, runtime, "--seed", str(seed)


def outcome(run: Run) -> Row:
    """What is kept of a run: how it ended (``none``: it left no verdict), and every instrument finding."""
    try:
        verdict = run.verdict
    except (OSError, json.JSONDecodeError):
        verdict = {}
    told = {"verdict": "none", "outcome": "none", "reasons": []}
    found: dict[str, list[Found]] = ask(events_of(run.folder))
    return {
        "exit_code": run.exit_code,
        **{name: verdict.get(name, told[name]) for name in told},
        "findings": found,
    }


def events_of(folder: Path) -> tuple[Event, ...]:
    """The journal of a run; nothing where it has none."""
    try:
        return read(folder / "journal.jsonl").events
    except JournalError:
        return ()
