"""Instrument checks: each finds what it is for, and only that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chaos.automations import AUTOMATIONS
from chaos.faults import FAULTS
from lab.analysis.checks import CHECKS, run_checks
from lab.analysis.checks.checker import most_of
from lab.analysis.checks.effects import FIGURES
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import (
    ActionChanged,
    CanarySample,
    Event,
    SampleMissed,
    ServiceChanged,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.analysis.verdict.verdict import Finding
    from tests.lab.analysis.conftest import Storm

LATE = 30.0
"""A moment in the aftermath."""


def findings(events: list[Event]) -> dict[str, Finding]:
    """The findings of all checks, by name."""
    return {finding.name: finding for finding in run_checks(Timeline.fold(events))}


def changed(
    events: list[Event], kind: str, change: Callable[[Any], dict[str, Any]], **wanted: object
) -> list[Event]:
    """The events with some fields of one type changed, where the wanted fields are met."""
    return [
        event.model_copy(update=change(event))
        if event.type == kind and all(getattr(event, name) == value for name, value in wanted.items())
        else event
        for event in events
    ]


@pytest.mark.slow
def test_a_good_lab_passes_every_check(storm: Storm) -> None:
    """Nothing is found in a run without fault, and nothing is left unmeasured."""
    assert {
        name: finding.ok for name, finding in findings(storm.events()).items() if finding.ok is not True
    } == {}


# what went wrong: (type of event, change, which events, the one finding that must turn false)
WRONG: list[tuple[str, Callable[[Any], dict[str, Any]], dict[str, object], str]] = [
    ("cohort.closed", lambda e: {"sent": e.sent - 1}, {"source": "load"}, "arrivals started"),
    ("load.sample", lambda _: {"lag_p99_ms": 60.0}, {}, "load's lag p99"),
    ("load.sample", lambda e: {"sent_total": round(e.sent_total * 1.01)}, {}, "load sent = edge received"),
    (
        "service.sample",
        lambda e: {"attempts_total": round(e.attempts_total * 1.01)},
        {"service": "storefront"},
        "attempts = outcomes + in flight",
    ),
    ("service.sample", lambda _: {"loop_lag_p99_ms": 60.0}, {"service": "edge"}, "loop lag p99"),
    ("host.sample", lambda _: {"loop_lag_ms": 60.0}, {}, "loop lag p99"),
    ("service.sample", lambda e: {"cpu_s_total": 0.85 * e.t}, {"service": "edge"}, "CPU of a process"),
    ("load.sample", lambda e: {"cpu_s_total": 0.85 * e.t}, {}, "CPU of a process"),
    (
        "host.sample",
        lambda e: {"listen_overflows_total": int(11 * e.t)},
        {},
        "listen overflows, not the bridge's",
    ),
    (
        "service.sample",
        lambda e: {"errors_total": {"EMFILE": int(e.t > LATE)}},
        {"service": "edge"},
        "EMFILE, ENFILE, EADDRNOTAVAIL",
    ),
    (
        "service.sample",
        lambda e: {"boot": "b1" if e.t < LATE else "b2"},
        {"service": "auth"},
        "unplanned exits and restarts",
    ),
    ("host.sample", lambda e: {"steal_s_total": 0.03 * e.total_s_total}, {}, "steal"),
    (
        "bridge.sample",
        lambda _: {"accept_queue": 0},
        {},
        "queueing delay while stuck",
    ),
    ("bridge.sample", lambda _: {"accept_queue": 400}, {}, "queueing delay in the baseline"),
    (
        "canary.sample",
        lambda e: {"latency_ms": 12.0 if e.t > LATE - 5 else e.latency_ms},
        {},
        "canary's wait while stuck",
    ),
    ("canary.sample", lambda _: {"latency_ms": 600.0}, {}, "canary's wait in the baseline"),
    ("bridge.sample", lambda e: {"cpu_s_total": e.cpu_s_total * 1.1}, {}, "CPU cap delivered"),
    (
        "service.sample",
        lambda _: {"queue_depth": 20},
        {"service": "auth"},
        "queue behind the bridge while stuck",
    ),
    ("canary.sample", lambda _: {"latency_ms": 2000.0}, {}, "fault effect: slow-bridge"),
    (
        "action.changed",
        lambda _: {"verified": False},
        {"name": "slow-bridge", "state": "applied"},
        "fault effect: slow-bridge",
    ),
    (
        "action.changed",
        lambda _: {"state": "refused"},
        {"name": "guard-clients", "state": "applied"},
        "steps applied and read back",
    ),
    (
        "bridge.sample",
        lambda e: {"accepted_total": int(e.accepted_total / 2)},
        {},
        "traffic crossed the bridge",
    ),
    (
        "calibration.measured",
        lambda e: {"capacity_rps": 1.16 * e.asked_rps},
        {},
        "capacity = headroom x rate",
    ),
    (
        "calibration.measured",
        lambda e: {"capacity_rps": 0.84 * e.asked_rps},
        {},
        "capacity = headroom x rate",
    ),
    ("calibration.measured", lambda e: {"capacity_high_rps": 1.6 * e.asked_rps}, {}, "capacity known"),
    ("calibration.measured", lambda _: {"queue_empty_ratio": 0.51}, {}, "saturated while calibrated"),
    ("calibration.measured", lambda _: {"delivered_ratio": 0.84}, {}, "share delivered while calibrated"),
    ("calibration.measured", lambda _: {"listen_queue": 400}, {}, "queue = what was asked"),
    ("calibration.measured", lambda _: {"listen_queue_asked": 600}, {}, "queue = what was asked"),
    (
        "cohort.closed",
        lambda e: {"good": 90 if e.second < 13 else e.good},
        {"source": "load"},
        "steady state: goodput",
    ),
]


@pytest.mark.parametrize(
    ("kind", "change", "wanted", "name"), WRONG, ids=[f"{n}-{w[3]}" for n, w in enumerate(WRONG)]
)
@pytest.mark.slow
def test_each_check_finds_what_it_is_for(
    storm: Storm, kind: str, change: Callable[[Any], dict[str, Any]], wanted: dict[str, object], name: str
) -> None:
    """One thing goes wrong, and the check that is there for it says so."""
    assert findings(changed(storm.events(), kind, change, **wanted))[name].ok is False


# what was not measured: (fields set to None, the finding that is then undetermined)
UNKNOWN: list[tuple[str, dict[str, Any], str]] = [
    ("load.sample", {"lag_p99_ms": None}, "load's lag p99"),
    ("host.sample", {"listen_overflows_total": None}, "listen overflows, not the bridge's"),
    ("host.sample", {"bridge_listen_overflows_total": None}, "listen overflows, not the bridge's"),
    ("bridge.sample", {"accept_queue": None}, "queueing delay while stuck"),
    ("bridge.sample", {"accept_queue": None}, "queueing delay in the baseline"),
    ("bridge.sample", {"accepted_total": None}, "queueing delay while stuck"),
    ("bridge.sample", {"accepted_total": None}, "traffic crossed the bridge"),
    ("calibration.measured", {"capacity_rps": None}, "capacity = headroom x rate"),
    ("calibration.measured", {"listen_queue": None}, "queue = what was asked"),
    ("service.sample", {"attempts_in_flight": None}, "attempts = outcomes + in flight"),
]


@pytest.mark.parametrize(
    ("kind", "gone", "name"), UNKNOWN, ids=[f"{n}-{u[2]}" for n, u in enumerate(UNKNOWN)]
)
@pytest.mark.slow
def test_what_was_not_measured_is_not_ok(storm: Storm, kind: str, gone: dict[str, Any], name: str) -> None:
    """An unmeasured figure is neither good nor bad: ok is None, which is inconclusive."""
    assert findings(changed(storm.events(), kind, lambda _: gone))[name].ok is None


@pytest.mark.slow
def test_what_came_before_and_after_the_phases_is_not_held_against_them(storm: Storm) -> None:
    """Bring-up may lag and overflow; so may the tail."""
    events = changed(storm.events(), "load.sample", lambda e: {"lag_p99_ms": 500.0 if e.t > 79 else 3.0})
    events = changed(
        events, "host.sample", lambda e: {"listen_overflows_total": int(10 * e.t) + 99 * (e.t > 79)}
    )
    events = changed(events, "host.sample", lambda e: {"loop_lag_ms": 500.0 if e.t > 79 else 1.0})
    found = findings(events)
    names = ("load's lag p99", "listen overflows, not the bridge's", "loop lag p99")
    assert [found[name].ok for name in names] == [True] * 3


@pytest.mark.slow
def test_a_hiccup_of_one_second_is_not_a_process_that_lags(storm: Storm) -> None:
    """p99 is told per second; the worst one in twenty of them is looked past."""
    events = changed(
        storm.events(), "host.sample", lambda e: {"loop_lag_ms": 400.0 if 30 < e.t < 32 else 1.0}
    )
    assert findings(events)["loop lag p99"].ok is True


@pytest.mark.slow
def test_an_unplanned_exit_is_found_and_a_planned_one_is_not(storm: Storm) -> None:
    """Only what was not meant counts."""
    storm.at(LATE, ServiceChanged(service="auth", state="exited", planned=True, exit_code=0))
    assert findings(storm.events())["unplanned exits and restarts"].ok is True
    storm.at(LATE, ServiceChanged(service="auth", state="exited", planned=False, exit_code=137))
    found = findings(storm.events())["unplanned exits and restarts"]
    assert (found.ok, found.detail) == (False, "auth exited")


@pytest.mark.slow
def test_a_check_that_fails_itself_is_named_and_makes_nothing_valid(storm: Storm) -> None:
    """A bug in one check leaves the others alone and the run inconclusive."""

    def broken(timeline: Timeline) -> list[Finding]:
        raise ZeroDivisionError(timeline.now_s)

    found = run_checks(Timeline.fold(storm.events()), {"broken": broken, "host": CHECKS["host"]})
    assert [(f.name, f.ok) for f in found] == [("broken", None), ("steal", True)]
    assert "ZeroDivisionError" in found[0].detail


def test_an_empty_run_raises_nowhere() -> None:
    """No events: nothing is ok, nothing breaks."""
    found = run_checks(Timeline())
    assert found
    assert not any("the check itself failed" in finding.detail for finding in found)
    assert not any(finding.ok for finding in found)


def test_every_fault_names_a_figure_that_proves_its_effect() -> None:
    """A fault without one would leave each of its drills inconclusive; a figure that none names is dead."""
    effects = [fault(**fault.example).traits().effect for fault in (*FAULTS.values(), *AUTOMATIONS.values())]
    assert {effect and effect.figure for effect in effects} == set(FIGURES)


def bite(
    storm: Storm, fault: str, params: dict[str, Any], target: str = "bridge"
) -> tuple[Timeline, bool | None]:
    """The storm with another fault active from 40 s to 50 s; whether it had an effect."""
    for state, t in (("intended", 39.9), ("applied", 40.0), ("reverted", 50.0)):
        storm.at(
            t,
            ActionChanged.model_validate(
                {
                    "action": "other",
                    "kind": "load" if fault in {"surge", "ramp"} else "fault",
                    "name": "other",
                    "fault": fault,
                    "target": target,
                    "params": params,
                    "state": state,
                    "by": "drill",
                    "verified": True,
                }
            ),
        )
    timeline = Timeline.fold(storm.events())
    return timeline, {f.name: f for f in run_checks(timeline)}["fault effect: other"].ok


def canaries(storm: Storm, outcome: str, latency_ms: float) -> None:
    """What the canary saw while the other fault was active."""
    storm.drill = storm.drill.model_copy()
    for second in range(40, 50):
        for _ in range(9):  # outvotes the builder's own
            storm.at(
                second + 0.6, CanarySample(started_s=second + 0.1, outcome=outcome, latency_ms=latency_ms)
            )


@pytest.mark.parametrize(
    ("fault", "params", "seen", "bit"),
    [
        ("latency", {"latency_ms": 1000}, ("ok", 900.0), True),
        ("latency", {"latency_ms": 1000}, ("timeout", 5000.0), True),
        ("latency", {"latency_ms": 1000}, ("ok", 700.0), False),
        ("latency", {"latency_ms": 1000, "jitter_ms": 400}, ("ok", 500.0), True),
        ("bandwidth", {"rate_kbps": 1}, ("ok", 200.0), True),
        ("bandwidth", {"rate_kbps": 1}, ("ok", 12.0), False),
        ("black-hole", {}, ("timeout", 5000.0), True),
        ("black-hole", {}, ("ok", 12.0), False),
        ("reset", {}, ("reset", 3.0), True),
        ("reset", {}, ("timeout", 5000.0), False),
        ("down", {}, ("refused", 1.0), True),
        ("down", {}, ("ok", 12.0), False),
        ("pause", {}, ("timeout", 5000.0), True),
        ("pause", {}, ("ok", 12.0), False),
    ],
)
@pytest.mark.slow
def test_a_fault_on_the_bridge_bites_if_the_canary_says_so(
    storm: Storm, fault: str, params: dict[str, Any], seen: tuple[str, float], *, bit: bool
) -> None:
    """Read back is not enough: the canary must see the effect, each fault its own."""
    storm.good, storm.tries = {}, {}  # no storm before it, so that the canary was quick
    canaries(storm, *seen)
    assert bite(storm, fault, params)[1] is bit


@pytest.mark.parametrize(("refused", "bit"), [(0.5, True), (0.1, False)])
@pytest.mark.slow
def test_a_503_share_is_seen_at_the_target(storm: Storm, refused: float, *, bit: bool) -> None:
    """80 % of the asked share must be answered 503."""
    timeline, _ = bite(storm, "unavailable", {"share": 0.5}, "auth")
    events = changed(
        storm.events(),
        "service.sample",
        lambda e: {"failed_total": {"503": int(refused * 100 * max(0, e.t - 40))}},
        service="auth",
    )
    del timeline
    assert {f.name: f for f in run_checks(Timeline.fold(events))}["fault effect: other"].ok is bit


@pytest.mark.slow
def test_a_paused_service_tells_nothing(storm: Storm) -> None:
    """The target's own silence is the effect, and no gap in the truth."""
    assert bite(storm, "pause", {}, "auth")[1] is False
    for second in range(41, 50):
        storm.at(second + 0.9, SampleMissed(source="auth", error="TimeoutError", waited_ms=900))
    quiet = storm.events(
        lambda event: (
            not (
                event.type == "service.sample"
                and event.service == "auth"
                and event.requests_total in range(3600, 4700)
            )
        )
    )
    found = {f.name: f for f in run_checks(Timeline.fold(quiet))}
    assert found["fault effect: other"].ok is True
    assert found["truth samples"].ok is True


@pytest.mark.parametrize(("factor", "bit"), [(1.01, False), (3.0, False)])
@pytest.mark.slow
def test_a_surge_that_no_one_sees_did_not_bite(storm: Storm, factor: float, *, bit: bool) -> None:
    """The schedule's arrivals must grow by what was asked."""
    surge = storm.drill.method[0].model_copy(update={"name": "other", "kind": "load"})
    storm.drill = storm.drill.model_copy(update={"method": (*storm.drill.method, surge)})
    for state, t in (("intended", 39.9), ("applied", 40.0), ("reverted", 50.0)):
        storm.at(
            t,
            ActionChanged.model_validate(
                {
                    "action": "other",
                    "kind": "load",
                    "name": "other",
                    "fault": "surge",
                    "target": "load",
                    "params": {"factor": factor},
                    "state": state,
                    "by": "drill",
                    "verified": True,
                }
            ),
        )
    events = [
        e
        for e in storm.events()
        if not (isinstance(e, ActionChanged) and e.name == "other" and e.action != "other")
    ]
    assert {f.name: f for f in run_checks(Timeline.fold(events))}["fault effect: other"].ok is bit
    more = changed(
        events,
        "cohort.closed",
        lambda e: {"requests": int(100 * factor) + 1 if 40 <= e.second < 50 else 100},
        source="load",
    )
    assert {f.name: f for f in run_checks(Timeline.fold(more))}["fault effect: other"].ok is True


def test_the_95th_of_a_hundred() -> None:
    """Nearest rank: five of a hundred may exceed it."""
    assert most_of([float(n) for n in range(1, 101)]) == 95
    assert most_of([]) is None


@pytest.mark.slow
def test_only_a_governor_must_deliver_the_whole_share(storm: Storm) -> None:
    """8 % less than the cap with connections waiting: the governor's fault, but not a kernel quota's."""
    starved = changed(storm.events(), "bridge.sample", lambda e: {"cpu_s_total": e.cpu_s_total * 0.93})
    governed = changed(starved, "host.sample", lambda e: {"governor_cpu_s_total": 0.01 * e.t})
    assert findings(starved)["CPU cap delivered"].ok is True
    assert findings(governed)["CPU cap delivered"].ok is False


@pytest.mark.slow
def test_a_detour_in_the_undoing_is_told_and_what_stayed_is_not_ok(storm: Storm) -> None:
    """A removal that hung and was made harmless is undone; a fault that was never read back as gone is not."""
    why = "put out of effect instead, as: DELETE was not answered"
    wanted: dict[str, object] = {"name": "slow-bridge", "state": "reverted"}
    detour = findings(changed(storm.events(), "action.changed", lambda _: {"error": why}, **wanted))
    assert detour["undone and read back"].ok is True
    assert f"slow-bridge: {why}" in detour["undone and read back"].detail
    stayed = findings(changed(storm.events(), "action.changed", lambda _: {"verified": False}, **wanted))
    assert stayed["undone and read back"].ok is False
    assert stayed["undone and read back"].detail == "not: slow-bridge"
    assert "undone and read back" not in findings(storm.events())
