"""The story in words says what the seconds bear out, and no more.

Tests lab.analysis.verdict.summary, .trigger_words, .recovery_words and lab.analysis.metrics.self_feeding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.judge import judge
from lab.analysis.verdict.summary import summarise
from lab.analysis.verdict.trigger_words import what_came
from lab.journal.events import (
    ActionChanged,
    BridgeSample,
    CanarySample,
    CohortClosed,
    Event,
    ServiceChanged,
    ServiceSample,
    ToxicSeen,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.analysis.conftest import Storm


FED = ": the storm fed itself"
BY_ITSELF = "Once that was over, service came back by itself: "


def story(events: list[Event]) -> list[str]:
    """The sentences of a run, but for the verdict's."""
    timeline = Timeline.fold(events)
    return summarise(judge(timeline), timeline)[:-1]


def changed(events: list[Event], change: Callable[[Event], dict[str, Any]]) -> list[Event]:
    """The events with some fields as a function has them."""
    return [event.model_copy(update=change(event)) for event in events]


def action(state: str, name: str, kind: str, what: str, target: str = "bridge") -> ActionChanged:
    """A state that something done to a target reached."""
    facts = {"action": f"x-{name}", "kind": kind, "name": name, "fault": what, "target": target, "params": {}}
    verified = None if state == "intended" else True
    return ActionChanged.model_validate({**facts, "state": state, "by": "drill", "verified": verified})


def act(storm: Storm, name: str, kind: str, what: str, span: tuple[float, float]) -> None:
    """Something more that is done from one moment to another."""
    start_s, end_s = span
    for state, t in (("intended", start_s - 0.01), ("applied", start_s), ("reverted", end_s)):
        storm.at(t, action(state, name, kind, what))


def without(name: str) -> Callable[[Event], bool]:
    """Which events are not about an action."""
    return lambda event: not (isinstance(event, ActionChanged) and event.name == name)


@pytest.mark.slow
def test_a_storm_is_told_from_before_to_its_end(storm: Storm) -> None:
    """Before, the trigger, after it, the cure, the verdict: for someone new to retry storms."""
    timeline = Timeline.fold(storm.events())
    assert summarise(judge(timeline), timeline) == [
        "Before: 100 of 100 requests/s were answered in time.",
        "Then came 10 s of latency on bridge: each request became up to 4.0 attempts.",
        "After that was over, still only 0 of 100 requests/s were answered, for 15 s: the storm fed itself.",
        "7 s after budget + breaker on storefront was switched on, service was fully back.",
        "Pass: the system did what the drill expects.",
    ]


@pytest.mark.slow
def test_what_was_back_by_itself_is_not_credited_to_the_mitigation(storm: Storm) -> None:
    """Back for 11 s before the clients were guarded; the figure still counts from there."""
    storm.recovers_in, storm.recovers_s = "aftermath", 3.0
    assert story(storm.events())[2:] == [
        BY_ITSELF
        + "after 2 s half was answered again, after 4 s it was back, 11 s before budget + breaker on "
        "storefront was switched on."
    ]


@pytest.mark.slow
def test_what_was_back_two_seconds_before_is_not_credited_either(storm: Storm) -> None:
    """Too short for a recovery without help, and yet none of the mitigation's doing."""
    storm.recovers_in, storm.recovers_s = "aftermath", 12.0
    said = story(storm.events())
    assert said[-1] == "Service was back before budget + breaker on storefront was switched on."
    assert "after budget" not in " ".join(said)


def dead(event: Event) -> dict[str, Any]:
    """A device that accepts nothing any more."""
    return {"accepted_total": 5000} if isinstance(event, BridgeSample) and event.t > 24 else {}


def unqueued(event: Event) -> dict[str, Any]:
    """An accept queue that was not sampled."""
    return {"accept_queue": None} if isinstance(event, BridgeSample) else {}


def short_queue(event: Event) -> dict[str, Any]:
    """A wait of 0.4 s, far under the clients' timeout."""
    return {"accept_queue": 50} if isinstance(event, BridgeSample) else {}


def always_full(event: Event) -> dict[str, Any]:
    """A wait that was there in health, too: it tells nothing."""
    return {"accept_queue": 400} if isinstance(event, BridgeSample) else {}


def foreign(event: Event) -> dict[str, Any]:
    """A toxic that the drill did not add."""
    return {"toxics": ("x",)} if isinstance(event, BridgeSample) and event.t > 24 else {}


def foreign_by_the_devices_word(event: Event) -> dict[str, Any]:
    """A toxic that someone else added: the lab's own memory has none."""
    x = ToxicSeen(name="x", type="latency", stream="downstream", toxicity=1.0, ours=False)
    return {"toxics_seen": (x,)} if isinstance(event, BridgeSample) and event.t > 24 else {}


def quick_canary(event: Event) -> dict[str, Any]:
    """Who called anew was answered at once."""
    return {"latency_ms": 12.0} if isinstance(event, CanarySample) and event.t > 24 else {}


def waiting_behind(event: Event) -> dict[str, Any]:
    """Requests wait in auth, not at the device."""
    return {"queue_depth": 9} if isinstance(event, ServiceSample) and event.service == "auth" else {}


def too_much(event: Event) -> dict[str, Any]:
    """More requests than the device accepts, were each one attempt only."""
    if isinstance(event, CohortClosed) and event.second > 24:
        return {
            "requests": 3 * event.requests,
            "sent": 3 * event.sent,
            "attempts": event.attempts and 3 * event.attempts,
        }
    return {}


def uncounted(event: Event) -> dict[str, Any]:
    """Clients whose attempts were not counted."""
    return {"attempts": None} if isinstance(event, CohortClosed) else {}


@pytest.mark.parametrize(
    "change",
    [
        dead,
        unqueued,
        short_queue,
        always_full,
        foreign,
        foreign_by_the_devices_word,
        quick_canary,
        waiting_behind,
        too_much,
        uncounted,
    ],
)
@pytest.mark.slow
def test_a_storm_fed_itself_only_where_all_the_evidence_is_there(
    storm: Storm, change: Callable[[Event], dict[str, Any]]
) -> None:
    """Whatever lacks or contradicts: few answers are still reported, their cause is not."""
    said = story(changed(storm.events(), change))
    stuck = [sentence for sentence in said if sentence.startswith("After that was over, still only 0 of")]
    assert len(stuck) == 1
    assert FED not in " ".join(said)


@pytest.mark.slow
def test_a_service_that_died_is_no_storm(storm: Storm) -> None:
    """What died may be all that there is to see."""
    storm.at(30.0, ServiceChanged(service="auth", state="exited", planned=False, exit_code=137))
    assert FED not in " ".join(story(storm.events()))


@pytest.mark.slow
def test_without_retries_there_is_no_storm(storm: Storm) -> None:
    """Stuck, with one attempt per request: it did not feed itself, and the story says so."""
    storm.tries = {}
    assert story(storm.events())[1:3] == [
        "Then came 10 s of latency on bridge; hardly anything was retried.",
        "After that was over, still only 0 of 100 requests/s were answered, for 15 s; hardly anything was retried.",
    ]


@pytest.mark.slow
def test_a_trigger_that_hurt_nothing_tells_no_storm(storm: Storm) -> None:
    """No one came back who had never been away."""
    storm.good, storm.tries = {"trigger": 0.97}, {}
    assert story(storm.events())[1:] == [
        "Then came 10 s of latency on bridge; hardly anything was retried.",
        "Service went on: at least 97 % of requests were answered in time in any 5 s.",
    ]


@pytest.mark.slow
def test_a_run_without_a_trigger_tells_no_storm(storm: Storm) -> None:
    """However bad it was: nothing came that could have been over."""
    assert story(storm.events(without("slow-bridge"))) == [
        "Before: 100 of 100 requests/s were answered in time."
    ]


@pytest.mark.slow
def test_what_was_not_measured_is_not_said(storm: Storm) -> None:
    """Without the load's cohorts there is no figure, and so no sentence with one."""
    kept = storm.events(lambda event: not (isinstance(event, CohortClosed) and event.source == "load"))
    assert story(kept) == ["Then came 10 s of latency on bridge: each request became up to 4.0 attempts."]
    neither = storm.events(lambda event: not isinstance(event, CohortClosed))
    assert story(neither) == ["Then came 10 s of latency on bridge."]


@pytest.mark.slow
def test_an_interrupted_run_has_a_beginning_and_no_end(storm: Storm) -> None:
    """What the seconds up to then have is said; nothing of what would have followed."""
    storm.outcome, storm.until_s = "interrupted", 30.0
    assert [one.split(":")[0] for one in story(storm.events())] == [
        "Before",
        "Then came 10 s of latency on bridge",
    ]


@pytest.mark.slow
def test_a_gap_in_the_measurement_is_no_storm(storm: Storm) -> None:
    """Stuck is null where a second is missing."""
    events = storm.events(lambda event: not (isinstance(event, CohortClosed) and event.second == 30))
    assert not [said for said in story(events) if "still only" in said or FED in said]


@pytest.mark.slow
def test_what_the_queue_still_held_is_not_counted_as_stuck(storm: Storm) -> None:
    """Answers that came right after the trigger: few were answered only after that."""
    events = [
        event.model_copy(update={"good": 100})
        if isinstance(event, CohortClosed) and event.source == "load" and event.second in range(24, 28)
        else event
        for event in storm.events()
    ]
    said = story(events)[2]
    assert (
        said
        == "From 3 s after that was over on, only 17 of 100 requests/s were answered, for 12 s" + FED + "."
    )


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([("latency", 13.2, 18.2), ("latency", 15.2, 20.2)], "7 s of latency on bridge"),
        ([("latency", 13.2, 16.2), ("latency", 19.2, 22.2)], "6 s of latency on bridge (within 9 s)"),
        (
            [("latency", 13.2, 18.2), ("capacity", 16.2, 21.2)],
            "5 s of latency on bridge and 5 s of less capacity on bridge (8 s in all)",
        ),
        (
            [("latency", 13.2, 15.2), ("capacity", 19.2, 22.2)],
            "2 s of latency on bridge and 3 s of less capacity on bridge (within 9 s)",
        ),
        (
            [("latency", 13.2, 18.2), ("capacity", 13.3, 18.3)],
            "5 s of latency on bridge and less capacity on bridge",
        ),
        (
            [("latency", 13.2, 18.2), ("capacity", 15.2, 16.2), ("surge", 20.2, 21.2)],
            (
                "5 s of latency on bridge, 1 s of less capacity on bridge and 1 s of surge on bridge (6 s in all, "
                "within 8 s)"
            ),
        ),
        ([("latency", 13.2, 999.0)], "latency on bridge"),
        (
            [("latency", 13.2, 999.0), ("capacity", 14.2, 16.2)],
            "latency on bridge to the end and 2 s of less capacity on bridge",
        ),
    ],
)
@pytest.mark.slow
def test_spans_are_counted_as_they_were(
    storm: Storm, spans: list[tuple[str, float, float]], said: str
) -> None:
    """Two of 5 s that overlap are not 10 s, and two with a pause between are not one."""
    for number, (what, start_s, end_s) in enumerate(spans):
        act(storm, f"more-{number}", "fault", what, (start_s, end_s))
    assert what_came(Timeline.fold(storm.events(without("slow-bridge")))) == said


@pytest.mark.slow
def test_a_fault_without_its_effect_says_so(storm: Storm) -> None:
    """Read back, and the canary saw nothing of it."""
    events = changed(storm.events(), lambda e: {"latency_ms": 12.0} if isinstance(e, CanarySample) else {})
    assert story(events)[1].startswith("Then came 10 s of latency on bridge (without the effect asked for)")


@pytest.mark.slow
def test_the_mitigation_that_did_it_is_named_alone(storm: Storm) -> None:
    """The first did not help, the second did: each with its own time."""
    act(storm, "second", "mitigation", "isolate", (68.3, 90.0))
    storm.good["recovery"] = 0.0
    storm.recovers_in, storm.recovers_s = "recovery", 3.0
    assert story(storm.events())[3:] == [
        "30 s after budget + breaker on storefront was switched on, service was still not fully back.",
        "4 s after isolate on bridge was switched on, service was back, until the run ended.",
    ]


@pytest.mark.slow
def test_mitigations_of_one_phase_count_from_the_first(storm: Storm) -> None:
    """They were not switched on together, and the sentence does not say so."""
    act(storm, "second", "mitigation", "isolate", (50.0, 90.0))
    storm.recovers_s = 14.0
    assert story(storm.events())[3:] == [
        (
            "15 s after the first of budget + breaker on storefront and isolate on bridge was switched on, "
            "service was fully back."
        )
    ]


@pytest.mark.slow
def test_service_that_came_back_as_the_next_came_was_neither_stuck_nor_helped(storm: Storm) -> None:
    """Back for 1.8 s: the first is not said to have failed by then, nor is the second said to have done it."""
    act(storm, "second", "mitigation", "isolate", (70.0, 90.0))
    storm.recovers_s = 1000.0
    assert story(storm.events())[3:] == ["Service was back before isolate on bridge was switched on."]


@pytest.mark.slow
def test_service_that_came_back_behind_a_mitigation_was_not_back_by_itself(storm: Storm) -> None:
    """It was switched on while the trigger lasted."""
    act(storm, "early", "mitigation", "isolate", (15.0, 90.0))
    storm.recovers_in, storm.recovers_s = "aftermath", 3.0
    said = " ".join(story(storm.events(without("guard-clients"))))
    assert "came back with isolate on bridge already active" in said
    assert "by itself" not in said


@pytest.mark.slow
def test_what_was_undone_before_service_was_back_says_so(storm: Storm) -> None:
    """It may have done nothing."""
    act(storm, "brief", "mitigation", "isolate", (38.3, 40.0))
    said = story(storm.events(without("guard-clients")))
    assert (
        said[-1]
        == "7 s after isolate on bridge was switched on (5 s after that was undone), service was fully back."
    )


@pytest.mark.slow
def test_a_recovery_that_did_not_last_says_so(storm: Storm) -> None:
    """Back for a while; in the end it was not."""
    storm.good["recovery"] = 0.2
    plain = storm.share
    spans = storm.spans()

    def share(second: int, by_phase: dict[str, float], healthy: float) -> float:
        late = by_phase is storm.good and second >= spans["recovery"][0]
        return 0.2 if late else plain(second, by_phase, healthy)

    storm.share = share  # type: ignore[method-assign]
    assert story(storm.events())[-1].endswith(
        "service was fully back, but not for good: at last 28 of 100 requests/s were answered."
    )


@pytest.mark.slow
def test_half_is_not_back(storm: Storm) -> None:
    """Better than stuck, worse than before: neither is said."""
    storm.good["aftermath"] = 0.6
    assert story(storm.events())[2] == (
        "Once that was over, service was not fully back: after 1 s half was answered; "
        "at last 60 of 100 requests/s were."
    )
