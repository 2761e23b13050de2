"""The queue asked for is the queue that the device had: 40 s of work that are 27 s are another experiment.

    calibrated for 510    mitigation queue 64    undone
    510                   64                     510       as read back from the kernel: ok
    409                                                    cut short: not ok

What the device had first after each such change counts; what becomes of it later is ``queue_changed``. Kept out: what
is read within two seconds of a change, and while a listener is being made anew.
"""

from collections.abc import Iterator
from typing import NamedTuple

from lab.analysis.checks.checker import within
from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding
from lab.drillfile.protection import LISTEN_QUEUE

NAME = "queue = what was asked"
MITIGATION, CONNECTIONS = "queue", "connections"
"""What gives a device another queue, and its parameter."""
SETTLES_S = 2.0
"""So long after a change of a device its queue may be either one: it is read once a second."""


class Reading(NamedTuple):
    """A device's queue as the kernel had it at a moment of the run, and as it was to be."""

    t: float
    device: str
    found: int
    asked: int


def check_queue(timeline: Timeline) -> list[Finding]:
    """One finding: the first reading that differs, else what the device was calibrated with."""
    last = timeline.calibrations[-1] if timeline.calibrations else None
    if last is None or last.listen_queue_asked is None:
        return []
    asked = last.listen_queue_asked
    readings = list(_readings(timeline, asked))
    if last.listen_queue is not None:
        readings.insert(0, Reading(last.t, last.target, last.listen_queue, asked))
    wrong = next((one for one in readings if one.found != one.asked), None)
    shown = wrong or next(iter(readings), None)
    return [
        Finding(
            name=NAME,
            limit=f"{shown.asked if shown else asked:,} connections",
            measured=shown.found if shown else None,
            ok=wrong is None if shown else None,
            detail="" if wrong is None else _because(wrong),
        )
    ]


def _because(wrong: Reading) -> str:
    which = "fewer" if wrong.found < wrong.asked else "more"
    return (
        f"{wrong.device} could hold {which} than asked at {wrong.t:.0f} s (net.core.somaxconn, pidfd_getfd)"
    )


def _readings(timeline: Timeline, calibrated: int) -> Iterator[Reading]:
    """What the kernel said of each device during the phases: first, and first after each change to the device."""
    for device, said in timeline.settings.items():
        seen: set[int] = set()
        for one in within(said, timeline.judged):
            found, changes = one.values.get(LISTEN_QUEUE), _changes_before(timeline, device, one.t)
            if isinstance(found, int) and changes not in seen and not _settles(timeline, device, one.t):
                seen.add(changes)
                yield Reading(one.t, device, found, _asked(timeline, device, one.t, calibrated))


def _changes_before(timeline: Timeline, device: str, t: float) -> int:
    moments = (moment for one in _of(timeline, device) for moment in (one.applied_s, one.reverted_s))
    return sum(moment is not None and moment <= t for moment in moments)


def _asked(timeline: Timeline, device: str, t: float, calibrated: int) -> int:
    """The newest mitigation's that was active then, else the calibrated one."""
    active = [
        (action.applied_s, int(action.params[CONNECTIONS]))
        for action in _of(timeline, device)
        if action.fault == MITIGATION and action.applied_s is not None and action.applied_s <= t
        and (action.reverted_s is None or t < action.reverted_s)
    ]  # fmt: skip
    return max(active)[1] if active else calibrated


def _settles(timeline: Timeline, device: str, t: float) -> bool:
    """Whether something was just being done to the device, or its listener was being made anew."""
    return any(
        _near(t, action) or (action.rebuilt_listener and _during(t, action))
        for action in _of(timeline, device)
    )


def _near(t: float, action: ActionSpan) -> bool:
    moments = (action.intended_s, action.applied_s, action.reverted_s)
    return any(moment is not None and abs(t - moment) <= SETTLES_S for moment in moments)


def _during(t: float, action: ActionSpan) -> bool:
    begun_s, over_s = action.applied_s, action.reverted_s
    return begun_s is not None and begun_s <= t and (over_s is None or t <= over_s)


def _of(timeline: Timeline, device: str) -> Iterator[ActionSpan]:
    return (action for action in timeline.actions.values() if action.target == device)
