"""A machine that slept in the run, or whose clock was set: inconclusive, with that as the first reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.analysis import judge
from lab.analysis.checks.clock import check_clock
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import Event, HostSample, RunClosed

if TYPE_CHECKING:
    from tests.lab.analysis.conftest import Storm

BOOT_S, WALL_S = 3600.0, 1.8e9


def clocked(
    events: list[Event], *, slept_s: float = 0.0, set_s: float = 0.0, at: float = 30.0
) -> list[Event]:
    """The events with clocks: the machine sleeps, or its clock is set, at a moment of the run."""
    return [
        event.model_copy(
            update={
                "suspended_s_total": BOOT_S + slept_s * (event.t > at),
                "wall_clock_s": WALL_S + (slept_s + set_s) * (event.t > at) + 0.0005 * event.t,
            }
        )
        if isinstance(event, HostSample)
        else event
        for event in events
    ]


def found(events: list[Event]) -> dict[str, bool | None]:
    """Which finding says what."""
    return {finding.name: finding.ok for finding in check_clock(Timeline.fold(events))}


@pytest.mark.slow
def test_a_machine_that_stays_awake(storm: Storm) -> None:
    """A wall clock that is corrected by half a millisecond a second is no jump."""
    assert found(clocked(storm.events())) == {"suspended": True, "wall clock set": True}
    assert judge(Timeline.fold(clocked(storm.events()))).verdict == "pass"


@pytest.mark.slow
def test_a_laptop_that_was_shut_in_the_aftermath(storm: Storm) -> None:
    """The first reason of all; the wall clock's jump by the same time is no second one."""
    events = clocked(storm.events(), slept_s=120.0)
    assert found(events) == {"suspended": False, "wall clock set": True}
    verdict = judge(Timeline.fold(events))
    assert verdict.verdict == "inconclusive"
    assert "suspended: 120 s" in verdict.reasons[0]
    assert "the machine was suspended for 120.0 s, at 30 s of the run (aftermath)" in verdict.reasons[0]


@pytest.mark.slow
def test_one_that_slept_while_the_lab_came_up(storm: Storm) -> None:
    """The calibration is part of the measurement."""
    first = next(event.t for event in storm.events() if isinstance(event, HostSample))
    assert found(clocked(storm.events(), slept_s=2.0, at=first))["suspended"] is False


@pytest.mark.parametrize("set_s", [30.0, -30.0])
@pytest.mark.slow
def test_a_clock_that_was_set(storm: Storm, set_s: float) -> None:
    """Forward or back: planes and deadlines go by the wall clock."""
    events = clocked(storm.events(), set_s=set_s)
    assert found(events) == {"suspended": True, "wall clock set": False}
    assert "at 30 s" in judge(Timeline.fold(events)).reasons[0]


@pytest.mark.slow
def test_journals_without_these_clocks(storm: Storm) -> None:
    """Those of before, and those of other systems, are judged as they were."""
    assert found(storm.events()) == {}


@pytest.mark.slow
def test_a_run_that_ended_early_says_so_as_well(storm: Storm) -> None:
    """An abort after a night with the lid shut is not the system's doing."""
    ended = [
        event.model_copy(update={"outcome": "aborted", "reason": "abort-if: elapsed"})
        if isinstance(event, RunClosed)
        else event
        for event in clocked(storm.events(), slept_s=120.0)
    ]
    assert any("suspended for 120.0 s" in reason for reason in judge(Timeline.fold(ended)).reasons)
