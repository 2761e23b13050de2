"""Recorded runs, as journals of healthy ones."""

import gzip
import json
from functools import cache
from pathlib import Path

import pytest

from lab.journal import read
from lab.journal.events import Event, HostSample

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
RECORDED = {"checks": "retry-storm", "quiet": "monitoring-blackout"}
"""A drill of bench/drills -> the recorded run that has all that a run of it has."""


@cache
def journal_bytes(run: str) -> bytes:
    """A recorded journal."""
    return gzip.decompress((GOLDEN / f"{run}.journal.jsonl.gz").read_bytes())


def write_run(folder: Path, drill: str, runtime: str, verdict: str = "pass") -> None:
    """A run folder with a recorded journal."""
    folder.mkdir(parents=True)
    (folder / "journal.jsonl").write_bytes(journal_bytes(f"{runtime}-{RECORDED[drill]}"))
    (folder / "verdict.json").write_text(
        json.dumps({"verdict": verdict, "outcome": "completed", "reasons": []})
    )


def of_today(event: Event) -> Event:
    """An event with what journals did not have when it was recorded."""
    clocks = {"suspended_s_total": 0.0, "wall_clock_s": 1.8e9}
    return event.model_copy(update=clocks) if isinstance(event, HostSample) else event


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[Event, ...]]:
    """(drill of bench/drills, runtime) -> the events of a run like it."""
    folder, found = tmp_path_factory.mktemp("recorded"), {}
    for drill in RECORDED:
        for runtime in ("embedded", "compose"):
            write_run(folder / f"{drill}-{runtime}", drill, runtime)
            events = read(folder / f"{drill}-{runtime}" / "journal.jsonl").events
            found[drill, runtime] = tuple(map(of_today, events))
    return found
