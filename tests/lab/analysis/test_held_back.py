"""A run that the CPU limit of its control group held back is inconclusive, by that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.analysis import judge
from lab.analysis.checks.host import check_host
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import Event, HostSample

if TYPE_CHECKING:
    from tests.lab.analysis.conftest import Storm


def limited(events: list[Event], held_share: float) -> list[Event]:
    """The events of a lab that may use half a core; the group was held back before the run as well."""
    return [
        event.model_copy(
            update={
                "cpu_limit_cores": 0.5,
                "cpu_periods_total": 1000 + round(10 * event.t),
                "cpu_held_total": 1000 + round(10 * held_share * event.t),
            }
        )
        if isinstance(event, HostSample)
        else event
        for event in events
    ]


@pytest.mark.slow
def test_a_limit_that_holds_nothing_back_is_fine(storm: Storm) -> None:
    """Less than one period in fifty."""
    findings = {f.name: f.ok for f in check_host(Timeline.fold(limited(storm.events(), 0.01)))}
    assert findings == {"steal": True, "held back by a CPU limit": True}


@pytest.mark.slow
def test_half_a_core_that_is_too_little_is_the_reason(storm: Storm) -> None:
    """Never a verdict on the system; the limit is named."""
    verdict = judge(Timeline.fold(limited(storm.events(), 0.1)))
    assert verdict.verdict == "inconclusive"
    (reason,) = verdict.reasons
    assert reason.startswith("held back by a CPU limit: 10")
    assert "may use 0.5 cores" in reason


@pytest.mark.slow
def test_without_a_limit_there_is_nothing_to_check(storm: Storm) -> None:
    """Most machines, and journals of before."""
    assert [finding.name for finding in check_host(Timeline.fold(storm.events()))] == ["steal"]


@pytest.mark.slow
def test_a_group_that_did_not_run_was_not_held_back(storm: Storm) -> None:
    """No period passed: no division by nothing."""
    still = [
        event.model_copy(update={"cpu_limit_cores": 0.5, "cpu_periods_total": 7, "cpu_held_total": 7})
        if isinstance(event, HostSample)
        else event
        for event in storm.events()
    ]
    assert all(finding.ok for finding in check_host(Timeline.fold(still)))
