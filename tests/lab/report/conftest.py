"""A made-up stuck storm, second by second: what a run's journal holds, without a run."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Verdict
from lab.drillfile.model import Drill
from lab.journal import events as ev
from lab.journal.events import EVENT
from lab.journal.latency import Histogram

DATA = Path(__file__).parent / "data"
START = 9.2
TRIGGER, MITIGATION, END = START + 10, START + 35, START + 75
POLICIES = ("immediate(retries=3)", "budget + breaker")


def make_drill(**changes: object) -> Drill:
    """The drill of the made-up run, or a changed one."""
    return Drill.model_validate(json.loads((DATA / "drill.json").read_text()) | changes)


def make_events(drill: Drill, until_s: float = 999.0) -> list[ev.Event]:
    """All events up to a time of the run; the last seconds' cohorts are still provisional then."""
    steps = [EVENT.validate_json(line) for line in (DATA / "steps.jsonl").read_text().splitlines()]
    opened = steps[0].model_copy(update={"drill": drill.resolved()})
    found = [opened, *steps[1:], *_samples(min(until_s, END + 12))]
    seen = sorted((event for event in found if event.t <= until_s), key=lambda event: event.t)
    return [event.model_copy(update={"seq": seq}) for seq, event in enumerate(seen)]


def _samples(until_s: float) -> Iterator[ev.Event]:
    chance = random.Random(7)  # noqa: S311 - test data
    cpu, accepted, answered = 0.0, 0, 0
    for second in range(int(START), int(until_s)):
        offered = sum(chance.random() < 0.1 for _ in range(1000))
        tries, good_share, ms, busy, opened, accept_queue = _state(second)
        attempts, good = round(offered * tries), round(offered * good_share * chance.uniform(0.98, 1.0))
        cpu, accepted, answered = cpu + 0.12 * busy, accepted + attempts, answered + good
        yield from _cohorts(second, offered, attempts, good, ms)
        yield ev.BridgeSample(
            t=second + 1.0, device="bridge", accepted_total=accepted, open_connections=opened,
            accept_queue=accept_queue, cpu_s_total=cpu, throttled_s_total=0, cpu_share=0.12,
        )  # fmt: skip
        yield ev.ServiceSample(
            t=second + 1.0, service="storefront", boot="b", requests_total=0, served_total=0,
            abandoned_total=0, in_flight=0, calls_total=0,
            outcomes_total={"ok": answered, "timeout": accepted - answered}, policy=POLICIES[second >= MITIGATION],
            breaker="open" if 0 < second - MITIGATION < 4 else "closed" if second > MITIGATION else None,
        )  # fmt: skip


def _state(second: int) -> tuple[float, float, float, float, int, int]:
    """Attempts per request, share of good, latency, busy, connections, accept_queue."""
    since = second - MITIGATION
    if second < TRIGGER or since >= 14 or second >= END:
        return 1.0, 1.0, 14.0, 0.66, 9, 0
    if since < 0:
        ramp = min(1.0, (second - TRIGGER) / 3)
        return 1 + 3 * ramp, 0.0, 0.0, 1.0, int(1150 * ramp), int(512 * ramp)
    drained = min(1.0, since / 8)
    tries, accept_queue = (0.4 if since < 4 else 1.05), int(512 - 500 * drained)
    return tries, drained, 1800 - 1700 * drained, 1.0 - 0.3 * drained, 400, accept_queue


def _cohorts(second: int, *counts: float) -> Iterator[ev.Event]:
    offered, attempts, good, ms = counts
    latency = Histogram()
    for part in range(int(good)):
        latency.add(ms * (0.7 + 0.6 * part / max(1, good)) + (25 if part > 0.97 * good else 0))
    for source, tries in (("load", None), ("storefront", int(attempts))):
        fields: dict[str, Any] = {
            "source": source, "second": second, "requests": int(offered), "sent": int(offered),
            "attempts": tries, "good": int(good), "latency": latency.buckets(),
            "failed": {"timeout": int(offered - good)},
        }  # fmt: skip
        yield ev.CohortProvisional(t=second + 1.0, **fields)
        yield ev.CohortClosed(t=second + 6.0, **fields)


def make_verdict(**changes: object) -> Verdict:
    """The verdict of the made-up run, or a changed one."""
    return Verdict.model_validate(json.loads((DATA / "verdict.json").read_text()) | changes)


@pytest.fixture
def drill() -> Drill:
    """The drill of the made-up run."""
    return make_drill()


@pytest.fixture
def events(drill: Drill) -> list[ev.Event]:
    """The whole journal of the made-up run."""
    return make_events(drill)


@pytest.fixture
def timeline(events: list[ev.Event]) -> Timeline:
    """The made-up run, folded."""
    return Timeline.fold(events)


@pytest.fixture
def verdict() -> Verdict:
    """The made-up run passes."""
    return make_verdict()
