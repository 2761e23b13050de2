"""What disturbs a measurement is found, named with its time, and said first; what the drill itself does is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.analysis import judge
from lab.analysis.checks import run_checks
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile import load_drill
from lab.journal.events import (
    ActionChanged,
    BridgeSample,
    Event,
    GovernorChanged,
    HostSample,
    ServiceChanged,
    ServiceSample,
    SettingsRead,
    ToxicSeen,
)
from tests.lab.analysis.conftest import CAP, DRILLS, Storm
from tests.lab.analysis.test_checks import changed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.analysis.verdict.verdict import Finding

LATE = 30.0
"""A moment in the aftermath."""
DISTURBANCES = frozenset(
    {
        "unplanned exits and restarts", "CPU governor at work", "CPU cap as set", "CPU within its cap",
        "listen queue as set", "toxics as set", "parts that stood still",
    }
)  # fmt: skip
FOREIGN = ToxicSeen(
    name="x", type="latency", stream="downstream", toxicity=1.0, attributes={"latency": 5000}, ours=False
)


def weaker(toxic: ToxicSeen) -> ToxicSeen:
    """With hardly any effect."""
    return toxic.model_copy(update={"attributes": {"latency": 1}})


def found(events: list[Event]) -> Mapping[str, Finding]:
    """The findings of all checks, by name."""
    return {finding.name: finding for finding in run_checks(Timeline.fold(events))}


def sampled(
    storm: Storm, change: Callable[[BridgeSample], dict[str, Any]], since_s: float, until_s: float = 1e9
) -> list[Event]:
    """The storm with some of its device's samples changed."""
    return changed(storm.events(), "bridge.sample", lambda e: change(e) if since_s <= e.t <= until_s else {})


def first_reason(events: list[Event]) -> str:
    """Of an inconclusive run."""
    verdict = judge(Timeline.fold(events))
    assert verdict.verdict == "inconclusive"
    return verdict.reasons[0]


def action(kind: str, fault: str, state: str, **more: Any) -> ActionChanged:  # noqa: ANN401 - the event's fields
    """A step of an action on the bridge."""
    return ActionChanged(
        action="a-more", kind=kind, name="more", fault=fault, target="bridge", params={}, state=state, by="drill",
        **more,
    )  # fmt: skip


@pytest.mark.slow
def test_an_undisturbed_storm_has_none(storm: Storm) -> None:
    """Every one of them was looked for, and the lab's own toxic is none."""
    findings = found(storm.events())
    assert {name: findings[name].ok for name in DISTURBANCES} == dict.fromkeys(DISTURBANCES, True)
    assert not any(finding.disturbance for finding in findings.values())


@pytest.mark.slow
def test_a_journal_without_the_readings_is_not_held_to_them(storm: Storm) -> None:
    """Of before the device was asked: no finding, and none is missing."""
    blank = {
        "listen_queue": None,
        "governor": None,
        "governor_age_s": None,
        "listening": None,
        "toxics_seen": None,
    }
    findings = found(sampled(storm, lambda _: blank, 0))
    assert DISTURBANCES & set(findings) == {"unplanned exits and restarts"}


@pytest.mark.slow
def test_a_quota_has_no_governor_and_a_queue_that_only_root_can_read_is_not_missed(storm: Storm) -> None:
    """In containers: the kernel enforces the cap, and the listener is known by the device's own word."""
    found_there = found(
        sampled(storm, lambda _: {"governor": None, "governor_age_s": None, "listen_queue": None}, 0)
    )
    assert "CPU governor at work" not in found_there
    assert {found_there[name].ok for name in DISTURBANCES - {"CPU governor at work"}} == {True}


@pytest.mark.slow
def test_a_cap_that_the_engine_reports_late_is_no_disturbance(storm: Storm) -> None:
    """Where the kernel's files can't be read its answers are up to three seconds old."""
    for state, t, share in (("intended", 19.9, None), ("applied", 20.0, 0.05)):
        storm.at(t, action("fault", "capacity", state, readback={"cpu_share": share} if share else None))
    late = sampled(storm, lambda e: {"cpu_share": CAP if e.t < 23.1 else 0.05}, 0)
    assert found(late)["CPU cap as set"].disturbance == ""
    never = sampled(storm, lambda e: {"cpu_share": CAP if e.t < 25.1 else 0.05}, 0)
    assert found(never)["CPU cap as set"].ok is False


WRONG: list[tuple[str, Callable[[BridgeSample], dict[str, Any]], tuple[float, float], str, str]] = [
    (
        "a foreign toxic",
        lambda e: {"toxics_seen": (*(e.toxics_seen or ()), FOREIGN)},
        (LATE, 1e9), "toxics as set", "toxic x (latency), not the lab's, was on bridge from 30 s",
    ),
    (
        "a foreign toxic that was taken away again",
        lambda e: {"toxics_seen": (*(e.toxics_seen or ()), FOREIGN)},
        (LATE, LATE + 4), "toxics as set", "toxic x (latency), not the lab's, was on bridge from 30 s to 34 s",
    ),
    (
        "the lab's toxic, removed",
        lambda _: {"toxics_seen": ()},
        (15, 17.5), "toxics as set",
        "the lab's toxic r1.slow-bridge was gone from bridge from 15 s to 17 s, not by the lab",
    ),
    (
        "the lab's toxic, changed",
        lambda e: {"toxics_seen": tuple(weaker(t) for t in e.toxics_seen or ())},
        (15, 17.5), "toxics as set",
        "the lab's toxic r1.slow-bridge was changed on bridge from 15 s to 17 s, not by the lab",
    ),
    (
        "a longer queue",
        lambda _: {"listen_queue": 4096},
        (LATE, 1e9), "listen queue as set", "the listen queue of bridge was 4096 from 30 s, and the lab had set 510",
    ),
    (
        "a closed listener",
        lambda _: {"listening": False},
        (LATE, LATE + 3), "listen queue as set", "the listener of bridge was closed from 30 s to 33 s, not by the lab",
    ),
    (
        "a governor that was stopped for 3 s",
        lambda _: {"governor": "stopped", "governor_age_s": 1.5},
        (LATE, LATE + 3), "CPU governor at work", "the CPU governor of bridge was stopped from 30 s to 33 s",
    ),
    (
        "a governor that is gone, unseen by the lab",
        lambda _: {"governor": "gone", "governor_age_s": 1.5},
        (LATE, 1e9), "CPU governor at work", "the CPU governor of bridge was gone from 30 s",
    ),
    (
        "a governor that hangs",
        lambda _: {"governor_age_s": 2.6},
        (LATE, LATE + 0.5), "CPU governor at work", "the CPU governor of bridge had said nothing for 2.6 s at 30 s",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "span", "name", "said"),
    [row[1:] for row in WRONG],
    ids=[row[0] for row in WRONG],
)
@pytest.mark.slow
def test_what_the_device_shows_and_no_action_did_is_the_first_reason(
    storm: Storm,
    change: Callable[[BridgeSample], dict[str, Any]],
    span: tuple[float, float],
    name: str,
    said: str,
) -> None:
    """Named, with its time; of all checks only this one fails."""
    events = sampled(storm, change, span[0] - 0.02, span[1] + 0.03)
    assert {n: f.disturbance for n, f in found(events).items() if f.ok is not True} == {name: said}
    assert first_reason(events) == f"{name}: {said}"


def with_cap(storm: Storm) -> None:
    """The calibration's cap, set and read back as the lab does it."""
    readback = {"active": True, "cpu_share": CAP, "governor": "alive"}
    for state, t in (("intended", 1.0), ("applied", 1.1)):
        one = action(
            "setting", "capacity", state, readback=readback if state == "applied" else None, took_ms=100.0
        )
        storm.at(t, one.model_copy(update={"action": "01-bridge-capacity", "by": "calibration"}))


@pytest.mark.parametrize("by", ["an action", "the calibration of a series"])
@pytest.mark.parametrize(
    ("share", "words"), [(0.3, "30 % of a core"), (None, "no CPU cap")], ids=["another quota", "no quota"]
)
@pytest.mark.slow
def test_a_cap_that_was_changed_behind_the_labs_back(
    storm: Storm, share: float | None, words: str, by: str
) -> None:
    """Quota or share alike, as read back each second."""
    if by == "an action":
        with_cap(storm)
    assert found(storm.events())["CPU cap as set"].ok is True
    events = sampled(storm, lambda _: {"cpu_share": share}, LATE - 0.02)
    said = f"bridge had {words} from 30 s, and the lab had set 15 % of a core"
    assert found(events)["CPU cap as set"].disturbance == said
    assert first_reason(events) == f"CPU cap as set: {said}"


@pytest.mark.slow
def test_a_bridge_that_runs_uncapped_is_seen_without_a_queue(storm: Storm) -> None:
    """The governor is killed in the aftermath: the bridge uses all of a core, so no connection waits any more."""
    storm.at(25.0, GovernorChanged(device="bridge", state="died", cpu_share=CAP))
    storm.at(25.4, GovernorChanged(device="bridge", state="replaced", cpu_share=CAP, away_s=0.4))

    def uncapped(sample: BridgeSample) -> dict[str, Any]:
        more_s = min(0.4, max(0.0, sample.t - 25.0))
        return {"cpu_s_total": (sample.cpu_s_total or 0.0) + more_s, "accept_queue": 0}

    events = sampled(storm, uncapped, 25.0)
    assert found(events)["CPU governor at work"].ok is True
    finding = found(events)["CPU within its cap"]
    assert finding.ok is False
    assert "bridge used 1" in finding.disturbance
    assert "the CPU governor of bridge died at 25 s (replaced 0.4 s later)" in finding.disturbance
    assert first_reason(events).startswith("CPU within its cap: bridge used ")


@pytest.mark.slow
def test_a_tenth_too_much_or_a_slice_is_no_disturbance(storm: Storm) -> None:
    """What a governor that was late takes back later."""
    events = sampled(storm, lambda e: {"cpu_s_total": (e.cpu_s_total or 0.0) + 0.05}, LATE)
    assert found(events)["CPU within its cap"].ok is True


@pytest.mark.parametrize(("away_s", "ok"), [(0.4, True), (1.4, False), (None, False)])
@pytest.mark.slow
def test_a_governor_that_was_replaced_within_a_sample_keeps_the_run_valid(
    storm: Storm, away_s: float | None, *, ok: bool
) -> None:
    """It is mentioned all the same; away for longer, or for good, it is the reason."""
    storm.at(25.0, GovernorChanged(device="bridge", state="died", cpu_share=CAP))
    if away_s is not None:
        storm.at(
            25.0 + away_s, GovernorChanged(device="bridge", state="replaced", cpu_share=CAP, away_s=away_s)
        )
    finding = found(storm.events())["CPU governor at work"]
    assert finding.ok is ok
    back = "was not replaced" if away_s is None else f"was replaced {away_s} s later"
    said = "" if ok else f"the CPU governor of bridge died at 25 s and {back}"
    assert finding.disturbance == said
    assert "the CPU governor of bridge died at 25 s" in finding.detail


@pytest.mark.slow
def test_planned_changes_are_none(storm: Storm) -> None:
    """A capacity fault, a shorter queue, a closed port and its new listener: each as the lab read it back."""
    with_cap(storm)
    lower = {"active": True, "cpu_share": 0.05, "governor": "alive"}
    back = {"active": True, "cpu_share": CAP, "governor": "alive"}
    for number, (fault, kind, begun_s, ended_s, on, off, rebuilt) in enumerate(
        (
            ("capacity", "fault", 20.0, 23.0, lower, back, False),
            ("down", "fault", 25.0, 28.0, {"enabled": False}, {"enabled": True}, True),
            ("queue", "mitigation", 31.0, 35.0, {"listen_queue": 128}, {"listen_queue": 510}, False),
        )
    ):
        for state, t, readback in (
            ("intended", begun_s - 0.1, None),
            ("applied", begun_s, on),
            ("reverted", ended_s, off),
        ):
            event = action(
                kind, fault, state, readback=readback, took_ms=100.0,
                rebuilt_listener=rebuilt and state == "reverted",
            )  # fmt: skip
            storm.at(t, event.model_copy(update={"action": f"a-{number}", "name": f"more {number}"}))

    def as_planned(sample: BridgeSample) -> dict[str, Any]:
        t = sample.t
        if 20 <= t < 23:
            return {"cpu_share": 0.05, "listen_queue": 510}
        if 25 <= t < 28:
            return {"listening": False, "listen_queue": None}
        if 28 <= t < 29:  # a new listener, before its queue is restored
            return {"listen_queue": 4096}
        return {"listen_queue": 128} if 31 <= t < 35 else {}

    findings = found(sampled(storm, as_planned, 0))
    wanted = DISTURBANCES - {"CPU within its cap"}  # the storm's CPU does not follow the cap here
    assert {name: findings[name].disturbance for name in wanted} == dict.fromkeys(wanted, "")


def slower(storm: Storm, at: float) -> None:
    """Auth takes 500 ms for an answer from ``at`` on; its settings are journaled when they change and every 5 s."""
    for second in range(1, 60, 5):
        storm.at(
            second + 0.02,
            SettingsRead(service="auth", values={"service_time_ms": 500 if second > at else 20}),
        )
    storm.at(at, SettingsRead(service="auth", values={"service_time_ms": 500}))


@pytest.mark.parametrize("at", [30.02, 22.02], ids=["alone", "just as the fault is undone"])
@pytest.mark.slow
def test_a_setting_that_was_changed_behind_the_labs_back(storm: Storm, at: float) -> None:
    """Which, of whom, from what to what, and when: an action on something else is no excuse."""
    slower(storm, at)
    said = f"service_time_ms of auth was changed from 20 to 500 at {at:.0f} s, not by the lab"
    assert found(storm.events())["settings as set"].disturbance == said
    assert first_reason(storm.events()) == f"settings as set: {said}"


@pytest.mark.parametrize("kind", ["action", "automation"])
@pytest.mark.slow
def test_a_setting_that_the_lab_changed_is_no_disturbance(storm: Storm, kind: str) -> None:
    """By an action of just then, or by an automation that goes on."""
    slower(storm, 30.02)
    if kind == "action":
        storm.at(
            29.8, action("fault", "settings", "applied", took_ms=50.0).model_copy(update={"target": "auth"})
        )
    else:
        for state, t in (("intended", 20.0), ("applied", 20.1)):
            storm.at(t, action("automation", "grow", state).model_copy(update={"target": "auth"}))
    assert found(storm.events())["settings as set"].ok is True


@pytest.mark.slow
def test_a_part_that_was_started_again_has_its_first_settings(storm: Storm) -> None:
    """That it ended is the reason; its settings came with the other process."""
    slower(storm, 30.02)
    storm.at(28.0, ServiceChanged(service="auth", state="exited", exit_code=-9, planned=False))
    assert found(storm.events())["settings as set"].ok is True


STILL: list[tuple[str, type[Event], Callable[[Any], bool], str]] = [
    ("router", ServiceSample, lambda e: e.service == "router", "router did not answer for 4.0 s from 30 s"),
    ("the lab", HostSample, lambda _: True, "the lab itself took no samples for 4.0 s from 30 s"),
]


@pytest.mark.parametrize(("kind", "which", "said"), [row[1:] for row in STILL], ids=[row[0] for row in STILL])
@pytest.mark.slow
def test_a_part_that_stood_still_is_found_by_what_it_left_out(
    storm: Storm, kind: type[Event], which: Callable[[Any], bool], said: str
) -> None:
    """Stopped for 3 s: three samples are missing. One that is missing alone is no standstill."""

    def without(seconds: range) -> list[Event]:
        events = storm.events()
        return [e for e in events if not (isinstance(e, kind) and which(e) and int(e.t) in seconds)]

    assert found(without(range(31, 34)))["parts that stood still"].disturbance == said
    assert found(without(range(31, 32)))["parts that stood still"].ok is True
    assert first_reason(without(range(31, 34))) == f"parts that stood still: {said}"


@pytest.mark.slow
def test_a_device_that_does_nothing_while_work_waits_stood_still(storm: Storm) -> None:
    """Its CPU is the kernel's figure, so no sample of it is missing."""
    stopped: dict[str, float | None] = {}

    def still(sample: BridgeSample) -> dict[str, Any]:
        stopped.setdefault("cpu", sample.cpu_s_total)
        return {"cpu_s_total": stopped["cpu"]}

    events = sampled(storm, still, LATE - 0.02, LATE + 3.02)
    assert found(events)["parts that stood still"].disturbance.startswith(
        "bridge did nothing while work waited for 3.0 s"
    )


@pytest.mark.slow
def test_a_fault_that_stops_a_part_excuses_it(storm: Storm) -> None:
    """It was to stand still, and may take a moment to answer again."""
    for state, t in (("intended", 30.0), ("applied", 30.1), ("reverted", 33.5)):
        storm.at(t, action("fault", "pause", state).model_copy(update={"target": "router", "name": "hang"}))
    still = range(31, 34)
    events = [
        e for e in storm.events()
        if not (isinstance(e, ServiceSample) and e.service == "router" and int(e.t) in still)
    ]  # fmt: skip
    assert found(events)["parts that stood still"].ok is True


@pytest.mark.slow
def test_an_unplanned_exit_comes_before_all_that_was_not_measured(storm: Storm) -> None:
    """Its part, its time and its exit code."""
    storm.at(17.3, ServiceChanged(service="load", state="exited", exit_code=-9, planned=False))
    events = storm.events(lambda e: e.type != "calibration.measured")
    verdict = judge(Timeline.fold(events))
    assert verdict.reasons[0] == "unplanned exits and restarts: load died at 17.3 s (exit code -9)"
    assert any("not measured" in reason for reason in verdict.reasons[1:])


@pytest.mark.slow
def test_a_run_that_broke_names_what_died_first(storm: Storm) -> None:
    """What came of it is what follows; an interrupt was asked for and stays the first."""
    storm.at(17.3, ServiceChanged(service="load", state="exited", exit_code=-9, planned=False))
    storm.outcome, storm.reason = "broken", "the load does not answer"
    died = "unplanned exits and restarts: load died at 17.3 s (exit code -9)"
    assert judge(Timeline.fold(storm.events())).reasons[:2] == (died, "broken: the load does not answer")
    storm.outcome, storm.reason = "interrupted", "interrupted by a signal"
    assert judge(Timeline.fold(storm.events())).reasons[:2] == ("interrupted by a signal", died)


@pytest.mark.slow
def test_a_mitigation_that_shortens_the_queue_of_another_device_is_no_ones_excuse() -> None:
    """What is set is kept by device: the reserve has its own samples."""
    storm = Storm(load_drill(DRILLS / "retry-storm.yaml"))
    odd = BridgeSample(
        device="bridge-reserve", accepted_total=None, open_connections=0, accept_queue=0, cpu_s_total=1.0,
        throttled_s_total=0.0, cpu_share=CAP, listen_queue=510, governor="stopped", governor_age_s=1.0,
        listening=True, toxics_seen=(FOREIGN,),
    )  # fmt: skip
    storm.at(LATE, odd)
    findings = found(storm.events())
    assert (
        findings["toxics as set"].disturbance
        == "toxic x (latency), not the lab's, was on bridge-reserve at 30 s"
    )
    assert (
        findings["CPU governor at work"].disturbance
        == "the CPU governor of bridge-reserve was stopped at 30 s"
    )
