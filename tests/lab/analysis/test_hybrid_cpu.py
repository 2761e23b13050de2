"""A device that moved between fast and slow CPUs had no one capacity: inconclusive, with what pins it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.analysis import judge
from lab.analysis.checks.host import check_host
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import BridgeSample, Event, RunOpened

if TYPE_CHECKING:
    from tests.lab.analysis.conftest import Storm

HYBRID = {"cpu_kinds": "4 of 5.0 GHz, 4 of 3.6 GHz", "fast_cpus": "0-3", "slow_cpus": [4, 5, 6, 7]}


def on(events: list[Event], *cpus: int | None, machine: dict[str, object] | None = None) -> list[Event]:
    """The events of a hybrid machine on which the bridge is on these CPUs, one after the other, again and again."""
    found: list[Event] = []
    for event in events:
        if isinstance(event, RunOpened):
            said = HYBRID if machine is None else machine
            found.append(event.model_copy(update={"machine": said}))
        elif isinstance(event, BridgeSample):
            found.append(event.model_copy(update={"cpu": cpus[int(event.t) % len(cpus)]}))
        else:
            found.append(event)
    return found


def finding(events: list[Event]) -> tuple[object, bool | None] | None:
    """What is said of the device's CPU."""
    said = [one for one in check_host(Timeline.fold(events)) if one.name.startswith("device on")]
    return (said[0].measured, said[0].ok) if said else None


@pytest.mark.slow
def test_a_bridge_that_moves_between_them(storm: Storm) -> None:
    """Half of the time on either kind: never a verdict on the system, and it says what to do."""
    verdict = judge(Timeline.fold(on(storm.events(), 0, 4)))
    assert verdict.verdict == "inconclusive"
    (reason,) = verdict.reasons
    assert reason.startswith("device on another kind of CPU: 50")
    assert "bridge, on a machine with 4 of 5.0 GHz, 4 of 3.6 GHz CPUs" in reason
    assert "taskset -c 0-3 lab run DRILL pins an embedded lab" in reason


@pytest.mark.parametrize("cpus", [(0, 1, 2, 3), (4, 7), (0,) * 39 + (5,)])
@pytest.mark.slow
def test_one_that_stays_on_one_kind(storm: Storm, cpus: tuple[int, ...]) -> None:
    """Fast or slow, as calibrated; a second in forty is not worth a run."""
    assert (finding(on(storm.events(), *cpus)) or ("", None))[1] is True


@pytest.mark.slow
def test_a_bridge_that_could_not_be_seen(storm: Storm) -> None:
    """On a machine of two kinds that is not known to be right."""
    events = on(storm.events(), None)
    assert finding(events) == (None, None)
    assert judge(Timeline.fold(events)).verdict == "inconclusive"


@pytest.mark.slow
def test_where_all_are_alike_there_is_nothing_to_check(storm: Storm) -> None:
    """Most machines, and journals of before."""
    assert finding(on(storm.events(), 0, 4, machine={"cores": 8})) is None
    assert finding(storm.events()) is None
