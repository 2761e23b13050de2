"""Each device has the queue that was asked for, all through the phases."""

import pytest

from lab.analysis import Timeline, judge
from lab.analysis.checks.queue_asked import NAME, check_queue
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import ActionChanged, SettingsRead
from tests.lab.analysis.conftest import Storm

ASKED = 510
BASELINE_S, LATE_S = 8.0, 35.0


def read(storm: Storm, t: float, queue: int, device: str = "bridge") -> None:
    """What the kernel said of a device at a moment."""
    storm.at(t, SettingsRead(service=device, values={"listen_queue": queue}))


def done(
    storm: Storm, fault: str, states: dict[str, float], *, rebuilt: bool = False, **params: object
) -> None:
    """An action on the bridge, as it went."""
    for state, t in states.items():
        event = {
            "action": f"a-{fault}", "kind": "mitigation", "name": fault, "fault": fault, "target": "bridge",
            "params": params, "state": state, "by": "cli", "verified": True, "rebuilt_listener": rebuilt,
        }  # fmt: skip
        storm.at(t, ActionChanged.model_validate(event))


def found(storm: Storm) -> Finding:
    """The one finding."""
    (finding,) = check_queue(Timeline.fold(storm.events()))
    assert finding.name == NAME
    return finding


@pytest.mark.slow
def test_a_queue_that_is_the_one_asked_for(storm: Storm) -> None:
    """In the calibration and each time it was read."""
    read(storm, BASELINE_S, ASKED)
    read(storm, LATE_S, ASKED)
    finding = found(storm)
    assert (finding.measured, finding.limit, finding.ok) == (ASKED, "510 connections", True)


@pytest.mark.parametrize(("queue", "says"), [(409, "fewer"), (4096, "more")])
@pytest.mark.slow
def test_another_queue_makes_the_run_inconclusive(storm: Storm, queue: int, says: str) -> None:
    """Shorter or longer; measured and limit have the figures, and the verdict names it."""
    read(storm, BASELINE_S, queue)
    read(storm, LATE_S, queue)
    finding = found(storm)
    assert (finding.measured, finding.limit, finding.ok) == (queue, "510 connections", False)
    assert says in finding.detail
    verdict = judge(Timeline.fold(storm.events()))
    assert verdict.verdict == "inconclusive"
    assert [one.name for one in verdict.instrument if one.ok is False] == [NAME]


@pytest.mark.slow
def test_a_reserve_device_is_read_as_well(storm: Storm) -> None:
    """It is like the bridge."""
    read(storm, LATE_S, ASKED)
    read(storm, LATE_S, 4096, device="bridge-reserve")
    assert found(storm).detail.startswith("bridge-reserve could hold more")


@pytest.mark.parametrize(("queue", "ok"), [(64, True), (ASKED, False)])
@pytest.mark.slow
def test_a_mitigations_queue_is_asked_for_as_well(storm: Storm, queue: int, *, ok: bool) -> None:
    """While it is active the kernel has to show it, and the calibrated one afterwards."""
    done(storm, "queue", {"intended": 29.9, "applied": 30.0, "reverted": 40.0}, connections=64)
    read(storm, 27.5, ASKED)
    read(storm, 35.0, queue)
    read(storm, 43.0, ASKED)
    finding = found(storm)
    assert finding.ok is ok
    if not ok:
        assert (finding.measured, finding.limit) == (ASKED, "64 connections")


@pytest.mark.slow
def test_a_mitigations_queue_that_stays_is_not_the_one_asked_for(storm: Storm) -> None:
    """Undone, and yet there."""
    done(storm, "queue", {"intended": 29.9, "applied": 30.0, "reverted": 35.0}, connections=64)
    read(storm, 40.0, 64)
    assert found(storm).ok is False


@pytest.mark.slow
def test_a_listener_that_is_made_anew_has_its_queue_when_that_is_over(storm: Storm) -> None:
    """A killed bridge begins with the machine's own; what is read while it is brought back is no finding."""
    done(storm, "kill", {"intended": 29.9, "applied": 30.0, "reverted": 37.0}, rebuilt=True)
    for t in (33.0, 36.0, 38.5):
        read(storm, t, 4096)
    read(storm, 40.0, ASKED)
    assert found(storm).ok is True


@pytest.mark.slow
def test_a_listener_that_does_not_get_its_queue_back_is_found(storm: Storm) -> None:
    """Restoring it was refused, say."""
    done(storm, "kill", {"intended": 29.9, "applied": 30.0, "reverted": 37.0}, rebuilt=True)
    read(storm, 40.0, 4096)
    assert found(storm).ok is False


@pytest.mark.slow
def test_what_becomes_of_a_queue_later_is_another_check_s(storm: Storm) -> None:
    """Changed by someone else: named there, with its span."""
    read(storm, BASELINE_S, ASKED)
    read(storm, BASELINE_S + 1, 4096)
    assert found(storm).ok is True


@pytest.mark.slow
def test_what_is_read_before_and_after_the_phases_is_not_held_against_the_run(storm: Storm) -> None:
    """The bring-up begins with the machine's own."""
    first, last = storm.spans()["baseline"][0], max(end for _, end in storm.spans().values())
    read(storm, first - 3, 4096)
    read(storm, last + 3, 4096)
    assert found(storm).ok is True
