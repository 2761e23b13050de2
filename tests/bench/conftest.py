"""Recorded runs, as journals of healthy ones."""

import gzip
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from lab.journal import read
from lab.journal.events import (
    ActionChanged,
    BridgeSample,
    CalibrationMeasured,
    Event,
    HostSample,
    LoadSample,
    SettingsRead,
    ToxicSeen,
)

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
UNCHANGED = object()
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


def measured_as_today(event: CalibrationMeasured) -> dict[str, float]:
    """What a calibration says now: its interval, how full the queue was, what it carries of the other kind."""
    found = event.capacity_rps or 0.0
    interval = {"capacity_low_rps": 0.96 * found, "capacity_high_rps": 1.04 * found}
    return {**interval, "queue_empty_ratio": 0.0, "delivered_ratio": 1.0, "given_up_rps": 2 * found}


def of_today(events: Iterable[Event], *, governed: bool) -> Iterator[Event]:
    """A run with what journals did not have then: clocks, requests, settings, what a device says of itself."""
    queue: int | None = None
    toxics: tuple[ToxicSeen, ...] = ()
    for event in events:
        if isinstance(event, CalibrationMeasured):
            queue = event.listen_queue
            event = event.model_copy(update=measured_as_today(event))  # noqa: PLW2901  one of today
        if isinstance(event, ActionChanged) and event.readback and event.state in {"applied", "reverted"}:
            toxic = event.readback.get("toxic", UNCHANGED)
            toxics = toxics if toxic is UNCHANGED else (ToxicSeen(**toxic, ours=True),) if toxic else ()
        if isinstance(event, HostSample):
            yield event.model_copy(update={"suspended_s_total": 0.0, "wall_clock_s": 1.8e9})
        elif isinstance(event, LoadSample):
            yield event.model_copy(update={"requests_total": event.requests_total or event.sent_total})
        elif isinstance(event, BridgeSample):
            governor = {"governor": "running", "governor_age_s": 0.2} if governed else {}
            seen = {"listen_queue": queue, "listening": True, "toxics_seen": toxics, **governor}
            yield event.model_copy(update=seen)
        else:
            yield event
        if isinstance(event, CalibrationMeasured):
            yield SettingsRead(seq=event.seq, t=event.t, service="auth", values={"service_time_ms": 20.0})


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[Event, ...]]:
    """(drill of bench/drills, runtime) -> the events of a run like it."""
    folder, found = tmp_path_factory.mktemp("recorded"), {}
    for drill in RECORDED:
        for runtime in ("embedded", "compose"):
            write_run(folder / f"{drill}-{runtime}", drill, runtime)
            events = read(folder / f"{drill}-{runtime}" / "journal.jsonl").events
            found[drill, runtime] = tuple(of_today(events, governed=runtime == "embedded"))
    return found
