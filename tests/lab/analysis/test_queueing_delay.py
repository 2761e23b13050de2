"""What shows that the device was saturated, and what does not.

Tests lab.analysis.metrics.queueing_delay and lab.analysis.checks.saturation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.analysis.checks.saturation import check_saturation
from lab.analysis.metrics.queueing_delay import queueing_delay_s, useless_from_s
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import BridgeSample, CanarySample, Event, ServiceSample

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.analysis.verdict.verdict import Finding
    from tests.lab.analysis.conftest import Storm

SECONDS = range(25, 36)
"""Of the aftermath."""

NAMES = (
    "queueing delay while stuck",
    "queueing delay in the baseline",
    "canary's wait while stuck",
    "canary's wait in the baseline",
    "queue behind the bridge while stuck",
)


def judged(events: list[Event]) -> dict[str, Finding]:
    """What the check finds in a run."""
    return {found.name: found for found in check_saturation(Timeline.fold(events))}


def changed(events: list[Event], change: Callable[[Event], dict[str, Any]]) -> list[Event]:
    """The events, each with what is to be otherwise."""
    return [event.model_copy(update=change(event)) for event in events]


def slow_auth(event: Event) -> dict[str, Any]:
    """A planted defect: requests wait behind the bridge, whose CPU is used up all the same; clients time out."""
    if isinstance(event, ServiceSample) and event.service == "auth" and event.t > SECONDS.start - 6:
        return {"queue_depth": 300}
    return {"accept_queue": 0} if isinstance(event, BridgeSample) else {}


@pytest.mark.slow
def test_a_storm_of_the_bridge_is_one_and_says_by_how_much(storm: Storm) -> None:
    """400 wait, 130/s are accepted: more than three times the clients' timeout, and nothing of it in the baseline."""
    found = judged(storm.events())
    assert tuple(found) == NAMES
    assert all(one.ok for one in found.values())
    assert (found[NAMES[0]].limit, found[NAMES[0]].measured, found[NAMES[0]].unit) == ("> 1 s", 3.0769, "s")
    assert (found[NAMES[1]].limit, found[NAMES[1]].measured) == ("< 0.5 s", 0.0)


@pytest.mark.slow
def test_a_slow_service_behind_a_busy_bridge_is_not_a_storm_of_the_bridge(storm: Storm) -> None:
    """The bridge used 99 % of its cap, as it does in health: that it is not what is short shows in the delay."""
    events = changed(storm.events(), slow_auth)
    timeline = Timeline.fold(events)
    assert min(timeline.row(second).bridge_utilization or 0 for second in SECONDS) > 0.95
    found = judged(events)
    assert [found[name].ok for name in (NAMES[0], NAMES[4])] == [False, False]
    assert found[NAMES[0]].measured == 0.0


@pytest.mark.slow
def test_a_bridge_that_is_as_congested_in_the_baseline_proves_nothing(storm: Storm) -> None:
    """The control: the same figure before anything was done."""
    events = changed(storm.events(), lambda e: {"accept_queue": 400} if isinstance(e, BridgeSample) else {})
    assert [one.ok for one in judged(events).values()] == [True, False, True, True, True]


@pytest.mark.slow
def test_in_a_run_that_is_not_stuck_nothing_is_to_be_proven(storm: Storm) -> None:
    """Neither the evidence nor its control, whatever waited."""
    storm.good, storm.tries = {"trigger": 0.0}, {}
    assert judged(storm.events()) == {}


@pytest.mark.parametrize("gone", ["accept_queue", "accepted_total"])
@pytest.mark.slow
def test_a_delay_that_was_not_measured_is_null(storm: Storm, gone: str) -> None:
    """Inconclusive, not zero; a few samples that are missing leave it known."""
    no_more = changed(storm.events(), lambda e: {gone: None} if isinstance(e, BridgeSample) else {})
    assert [judged(no_more)[name].ok for name in NAMES[:2]] == [None, None]
    one = changed(
        storm.events(),
        lambda e: {gone: None} if isinstance(e, BridgeSample) and int(e.t) == SECONDS.start + 3 else {},
    )
    assert [judged(one)[name].ok for name in NAMES[:2]] == [True, True]


@pytest.mark.slow
def test_two_seconds_of_five_that_were_not_read_leave_the_delay_unknown(storm: Storm) -> None:
    """The three others may be the storm's worst."""
    events = changed(
        storm.events(),
        lambda e: {"accept_queue": None} if isinstance(e, BridgeSample) and int(e.t) in SECONDS[3:5] else {},
    )
    assert judged(events)[NAMES[0]].ok is None


@pytest.mark.slow
def test_a_bridge_that_accepts_nothing_has_no_rate_to_wait_for(storm: Storm) -> None:
    """A paused one: how long they wait can't be said."""
    held = {"accepted_total": 1000}
    events = changed(storm.events(), lambda e: held if isinstance(e, BridgeSample) and e.t > 23 else {})
    assert queueing_delay_s(Timeline.fold(events), SECONDS) is None


def test_an_answer_is_useless_after_the_timeout_or_the_slo(storm: Storm) -> None:
    """Whichever is shorter: a client that waits for longer than the SLO gets answers, but too late."""
    drill = storm.drill
    patient = drill.model_copy(update={"configuration": {"storefront": {"timeout_s": 5.0}}})
    strict = drill.model_copy(update={"load": drill.load.model_copy(update={"slo_s": 0.4})})
    assert [useless_from_s(one) for one in (drill, patient, strict)] == [1.0, drill.load.slo_s, 0.4]


@pytest.mark.slow
def test_a_canary_that_gave_up_waited_for_longer_than_it_shows(storm: Storm) -> None:
    """As where clients wait for longer than it does; one that was answered so soon contradicts."""

    def after_half_a_second(outcome: str) -> Callable[[Event], dict[str, Any]]:
        soon = {"outcome": outcome, "latency_ms": 500.0}
        return lambda e: soon if isinstance(e, CanarySample) and e.t > SECONDS.start - 6 else {}

    for outcome, ok in (("timeout", True), ("ok", False)):
        found = judged(changed(storm.events(), after_half_a_second(outcome)))["canary's wait while stuck"]
        assert (found.measured, found.ok) == (0.5, ok)
