"""Attempts of clients that can't count them: a storm written in code, seen from outside of the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.analysis.checks import run_checks
from lab.analysis.timeline.attempts import AtBridge
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.judge import judge
from lab.journal.events import BridgeSample, CohortClosed, Event, ServiceSample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.analysis.verdict.verdict import Finding
    from tests.lab.analysis.conftest import Storm


def bridge(t: float, accepted: int, requests: int | None, accept_queue: int | None = 0) -> BridgeSample:
    """What is seen of the bridge."""
    return BridgeSample(
        t=t, device="bridge", accepted_total=accepted, requests_total=requests, accept_queue=accept_queue,
        open_connections=0, cpu_s_total=0.0, throttled_s_total=0.0, cpu_share=0.1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("samples", "attempts", "reused"),
    [
        ([(0, 0, 0), (100, 100, 0)], 100, 0),  # a new connection each
        ([(0, 0, 0), (10, 100, 0)], 100, 90),  # kept connections
        ([(0, 0, 0), (100, 40, 0)], 100, 0),  # given up before the request went through
        ([(0, 0, 0), (50, 50, 70), (120, 120, 0)], 120, 0),  # those that waited are not counted again
        ([(0, 0, 500), (20, 20, 0)], 500, 0),  # dropped from the queue: they were attempts all the same
        ([(50, 50, 0), (3, 4, 0), (13, 14, 0)], 10, 0),  # router began again
    ],
)
def test_what_the_bridge_shows(samples: Sequence[tuple[int, int, int]], attempts: int, reused: int) -> None:
    """Connections or requests, whichever are more, and what waits; counted once."""
    seen = AtBridge()
    for t, (accepted, requests, accept_queue) in enumerate(samples):
        seen.feed(bridge(float(t), accepted, requests, accept_queue))
    assert (seen.attempts, seen.reused) == (attempts, reused)


def test_what_the_bridge_does_not_tell_is_unknown() -> None:
    """Without a sample of router nothing is known; after a long gap nothing about the time between."""
    seen = AtBridge()
    for sample in (bridge(0.0, 0, 0), bridge(1.0, 100, None)):
        seen.feed(sample)
    assert (seen.attempts, seen.reused) == (None, None)
    seen.feed(bridge(9.0, 900, 900))
    assert (seen.attempts, seen.reused) == (0.0, 0.0)


def library(storm: Storm, *, connects: bool = True, kept: int = 0, canary: int = 1) -> list[Event]:
    """The storm, had a library made the calls: its attempts are null, its connects known or not.

    `kept`: attempts a second on kept connections, beside those that open one. The bridge takes all in.
    """
    events = storm.events()
    first = {type(e): e for e in reversed(events) if isinstance(e, BridgeSample) or _of_storefront(e)}
    earlier = [event.model_copy(update={"t": event.t - 1}) for event in first.values()]
    changed: list[Event] = []
    for event in sorted([*earlier, *events], key=lambda one: one.t):
        match event:
            case ServiceSample(service="storefront", attempts_total=int(tried)):
                changed.append(canary_sample(event, canary))
                changed.append(library_sample(event, tried if connects else None))
            case CohortClosed(source="storefront"):
                changed.append(event.model_copy(update={"attempts": None}))
            case BridgeSample():
                changed.append(bridge_sample(event, events, kept, canary))
            case _:
                changed.append(event)
    return [event.model_copy(update={"seq": seq}) for seq, event in enumerate(changed)]


def _of_storefront(event: Event) -> bool:
    return isinstance(event, ServiceSample) and event.service == "storefront"


def bridge_sample(event: BridgeSample, events: list[Event], kept: int, canary: int) -> BridgeSample:
    """All attempts until then, by new connections and by kept ones, and the canary's."""
    tried = max(
        (
            e.attempts_total or 0
            for e in events
            if isinstance(e, ServiceSample) and e.service == "storefront" and e.t <= event.t
        ),
        default=0,
    )
    waiting = queued(event, events)
    through = {"accepted_total": tried - waiting + canary * int(event.t), "accept_queue": waiting}
    return event.model_copy(
        update={**through, "requests_total": tried - waiting + (kept + canary) * int(event.t)}
    )


def queued(event: BridgeSample, events: list[Event]) -> int:
    """Connections not accepted yet: two seconds' worth of them in the storm, which come and go in three seconds."""
    waiting = 0
    for one in events:
        if isinstance(one, BridgeSample) and one.t <= event.t:
            waiting = min(800, waiting + 300) if one.accept_queue else max(0, waiting - 300)
    return waiting


def library_sample(event: ServiceSample, connects: int | None) -> ServiceSample:
    """Storefront's counters with a library."""
    calls = event.calls_total or 0
    return event.model_copy(
        update={
            "source": "bridge", "attempts_total": None, "attempts_in_flight": None, "connects_total": connects,
            "outcomes_total": {"ok": max(0, calls - 1)}, "calls_in_flight": min(1, calls), "calls_queued": 0,
            "policy": "requests, timeout 1 s",
        }
    )  # fmt: skip


def canary_sample(event: ServiceSample, attempts: int) -> ServiceSample:
    """The lab's own call each second."""
    count = attempts * int(event.t)
    return event.model_copy(
        update={
            "service": "canary",
            "calls_total": count,
            "attempts_total": count,
            "outcomes_total": {"ok": count},
        }
    )


def finding(timeline: Timeline, name: str) -> Finding:
    """A check's finding."""
    return next(one for one in run_checks(timeline) if one.name == name)


@pytest.mark.slow
def test_connects_of_the_process_are_attempts(storm: Storm) -> None:
    """The same figures as the lab's own client would give, the source said, and every check content."""
    verdict = judge(Timeline.fold(library(storm)))
    assert verdict.verdict == "pass", verdict.reasons
    assert verdict.source == dict.fromkeys(
        ("amplification_baseline", "amplification_peak", "attempts_rps_peak"), "bridge"
    )
    assert verdict.policy == "immediate(retries=3)"  # what the drill says; the samples say the library
    assert verdict.metrics.amplification_peak == pytest.approx(4.0, abs=0.05)
    assert verdict.metrics.amplification_baseline == pytest.approx(1.0, abs=0.05)


@pytest.mark.slow
def test_requests_on_kept_connections_come_in_addition(storm: Storm) -> None:
    """They open no connection: 100 connects and 50 requests on kept connections a second."""
    timeline = Timeline.fold(library(storm, kept=50))
    assert timeline.row(8).attempts == 150
    assert timeline.row(8).amplification == pytest.approx(1.5, abs=0.02)


@pytest.mark.slow
def test_without_connects_the_bridge_is_a_lower_bound(storm: Storm) -> None:
    """What arrived there, without the canary's."""
    timeline = Timeline.fold(library(storm, connects=False, canary=7))
    assert timeline.row(8).attempts == 100
    assert timeline.row(26).attempts == 400


@pytest.mark.slow
def test_an_unknown_figure_is_null(storm: Storm) -> None:
    """Neither connects nor a bridge that tells: no attempts, no amplification; never 0."""
    gone = {"requests_total": None}
    events = [
        event.model_copy(update=gone) if isinstance(event, BridgeSample) else event
        for event in library(storm)
    ]
    timeline = Timeline.fold(events)
    assert (timeline.row(26).attempts, timeline.row(26).amplification) == (None, None)
    assert judge(timeline).metrics.attempts_rps_peak is None
    assert finding(timeline, "traffic crossed the bridge").ok is None


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("calls = outcomes + in flight", {"calls_in_flight": 900}),
    ("calls waiting for a thread", {"calls_queued": 1}),
]


@pytest.mark.parametrize(("name", "wrong"), WRONG, ids=[name for name, _ in WRONG])
@pytest.mark.slow
def test_the_checks_of_a_library_find_what_they_are_for(
    storm: Storm, name: str, wrong: dict[str, Any]
) -> None:
    """Calls that got lost, and a pool of threads that is a bulkhead."""
    events = library(storm)
    assert finding(Timeline.fold(events), name).ok
    spoilt = [
        event.model_copy(update=wrong)
        if isinstance(event, ServiceSample) and event.service == "storefront" and event.t > 20
        else event
        for event in events
    ]
    assert finding(Timeline.fold(spoilt), name).ok is False


@pytest.mark.slow
def test_calls_that_do_not_cross_the_bridge_are_found(storm: Storm) -> None:
    """A library that goes its own way: connects are there, the bridge sees none."""
    events = [
        event.model_copy(update={"accepted_total": int(event.t), "requests_total": int(event.t)})
        if isinstance(event, BridgeSample)
        else event
        for event in library(storm)
    ]
    assert finding(Timeline.fold(events), "traffic crossed the bridge").ok is False


@pytest.mark.slow
def test_another_client_is_another_counter(storm: Storm) -> None:
    """When a library takes over from the lab's own client, its smaller or larger counts are no growth."""
    events = library(storm)
    mine = [
        e for e in storm.events() if isinstance(e, ServiceSample) and e.service == "storefront" and e.t < 20
    ]
    theirs = [e for e in events if isinstance(e, ServiceSample) and e.service == "storefront" and e.t >= 20]
    timeline = Timeline.fold([*mine, *theirs])
    assert timeline.seconds.counted("storefront", "outcome ok", 19) is None
    assert timeline.seconds.counted("storefront", "calls", 19) is None
    assert timeline.seconds.counted("storefront", "calls", 18) == 100
