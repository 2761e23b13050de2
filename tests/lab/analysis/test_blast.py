"""What a drill hurt, from its journal alone: aimed at, ended, restarted, silent, or answering with errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.blast import find_affected
from lab.analysis.verdict.judge import judge
from lab.journal.events import ActionChanged, Event, ServiceChanged, ServiceSample

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.analysis.conftest import Storm

TRIGGER_S = 13.25
"""When the fault of the storm is active."""


def spoilt(storm: Storm, service: str, spoil: Callable[[ServiceSample], ServiceSample | None]) -> Timeline:
    """The storm with other samples of one service; None leaves one out."""
    events: list[Event | None] = [
        spoil(event) if isinstance(event, ServiceSample) and event.service == service else event
        for event in storm.events()
    ]
    return Timeline.fold(event for event in events if event is not None)


def errors(share: float, since_s: float = 0.0) -> Callable[[ServiceSample], ServiceSample]:
    """A service that answers this share of its requests with an error, from some moment on."""

    def with_errors(sample: ServiceSample) -> ServiceSample:
        failed = round(share * 100 * max(0.0, sample.t - since_s))
        return sample.model_copy(update={"failed_total": {"502": failed}})

    return with_errors


@pytest.mark.slow
def test_what_a_fault_is_aimed_at_is_hurt_and_nothing_else(storm: Storm) -> None:
    """Everyone waits in this storm; no one else ended, or answered with errors."""
    assert find_affected(Timeline.fold(storm.events())) == {"bridge": "latency"}


@pytest.mark.slow
def test_answers_that_became_errors_are_damage(storm: Storm) -> None:
    """One outside of the radius fails a fifth of its answers since the trigger: so does the drill."""
    timeline = spoilt(storm, "auth", errors(0.2, TRIGGER_S))
    assert find_affected(timeline)["auth"] == "20 % of its answers were errors"
    verdict = judge(timeline)
    assert verdict.verdict == "fail"
    assert verdict.reasons[0].endswith("also affected: auth (20 % of its answers were errors)")


@pytest.mark.parametrize(
    ("share", "since_s"), [(0.2, 0.0), (0.005, TRIGGER_S), (0.2, 1000.0)], ids=["as before", "few", "never"]
)
@pytest.mark.slow
def test_errors_that_the_drill_did_not_bring_are_none_of_its_damage(
    storm: Storm, share: float, since_s: float
) -> None:
    """A service that fails a fifth of its answers anyway is no better and no worse off."""
    assert find_affected(spoilt(storm, "auth", errors(share, since_s))) == {"bridge": "latency"}


@pytest.mark.slow
def test_errors_are_allowed_within_the_radius(storm: Storm) -> None:
    """Hurting the storefront is what this drill is for."""
    timeline = spoilt(storm, "storefront", errors(0.9, TRIGGER_S))
    assert find_affected(timeline)["storefront"] == "90 % of its answers were errors"
    assert next(e for e in judge(timeline).expectations if e.name == "blast radius").met is True


@pytest.mark.slow
def test_clients_that_went_away_are_not_the_services_errors(storm: Storm) -> None:
    """In a storm the router works for clients that have given up: that is goodput, not damage to the router."""
    timeline = spoilt(
        storm, "router", lambda sample: sample.model_copy(update={"abandoned_total": int(100 * sample.t)})
    )
    assert "router" not in find_affected(timeline)


@pytest.mark.slow
def test_a_restart_is_damage(storm: Storm) -> None:
    """Another boot id: whatever it knew is gone."""
    timeline = spoilt(
        storm, "auth", lambda s: s.model_copy(update={"boot": "b2"}) if s.t > 40 else s
    )  # fmt: skip
    assert find_affected(timeline)["auth"] == "started again"


@pytest.mark.parametrize(("start_s", "end_s", "silent"), [(30, 36, True), (30, 32, False), (50, 1e9, True)])
@pytest.mark.slow
def test_a_service_that_tells_nothing_for_long_is_hurt(
    storm: Storm, start_s: float, end_s: float, *, silent: bool
) -> None:
    """A second or two may be lost; four are not, nor is an end without a word."""
    timeline = spoilt(storm, "auth", lambda s: None if start_s < s.t < end_s else s)
    assert ("auth" in find_affected(timeline)) is silent


@pytest.mark.slow
def test_an_unplanned_end_is_damage_and_a_killed_target_is_hurt_once(storm: Storm) -> None:
    """Who died by itself is named; one that was to be killed was aimed at."""
    storm.at(50.0, ServiceChanged(service="auth", state="exited", planned=False, exit_code=137))
    assert find_affected(Timeline.fold(storm.events())) == {"auth": "exited", "bridge": "latency"}
    storm.timed = [(50.0, ServiceChanged(service="auth", state="exited", planned=True, exit_code=137))]
    assert find_affected(Timeline.fold(storm.events())) == {"bridge": "latency"}


@pytest.mark.slow
def test_a_fault_whose_undo_failed_counts_although_it_was_never_read_back(storm: Storm) -> None:
    """No one knows whether it is active; that is not nothing."""
    failed = ActionChanged(
        action="x",
        kind="fault",
        name="hang",
        fault="pause",
        target="auth",
        params={},
        state="rollback-failed",
        by="runner",
    )
    storm.at(20.0, failed)
    assert find_affected(Timeline.fold(storm.events()))["auth"] == "pause"


@pytest.mark.slow
def test_what_a_mitigation_had_refused_on_purpose_is_no_damage(storm: Storm) -> None:
    """Shed in the mitigation: the errors since are what was asked for; those of before still count."""
    at_s = storm.spans()["mitigation"][0]
    shed = ActionChanged(
        action="x", kind="mitigation", name="shed", fault="shed", target="auth", params={},
        state="applied", by="runner",
    )  # fmt: skip
    assert "auth" in find_affected(spoilt(storm, "auth", errors(0.2, at_s)))
    storm.at(at_s, shed)
    assert "auth" not in find_affected(spoilt(storm, "auth", errors(0.2, at_s)))
    assert "auth" in find_affected(spoilt(storm, "auth", errors(0.2, TRIGGER_S)))


@pytest.mark.slow
def test_the_labs_own_instruments_are_a_checks_business(storm: Storm) -> None:
    """The load's sampling says nothing of what users' services went through."""
    timeline = Timeline.fold(storm.events())
    timeline.services["load"] = [
        sample.model_copy(update={"service": "load", "failed_total": {"503": int(100 * sample.t)}})
        for sample in timeline.services["auth"]
    ]
    assert find_affected(timeline) == {"bridge": "latency"}
