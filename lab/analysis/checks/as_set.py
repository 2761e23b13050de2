"""What a device was set to, by the journal's actions as they were read back. Anything else is another's doing.

    action.changed   intended ▁▁▁▁ applied {"cpu_share": 0.05}      (undone) ▁▁▁▁ reverted {"cpu_share": 0.2}
    as set     0.2 ──|  anything   |────────── 0.05 ─────────────|  anything     |──── 0.2

While an action is under way, and one sample before and after it, anything may be read: to undo it the lab may have to
lift the CPU cap for a moment, and a sample is up to a second old.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import ActionChanged, BridgeSample

GRACE_S = 1.5
"""A sample, and what it may be late by."""

CAP_LATE_S = 3.5
"""So old a cap may be where the kernel's files can't be read: the engine's answers take a second each."""

UNKNOWN = object()
"""An action was done, but what it set was not read back."""


@dataclass(frozen=True, slots=True)
class WasSet:
    """``value`` was read back at ``done_s``, of an action that began at ``begun_s``."""

    begun_s: float
    done_s: float
    value: object


@dataclass(slots=True)
class AsSet:
    """What one setting of a device should be at each moment. ``at_first``: before any action; UNKNOWN: not known.

    ``late_s``: how long after an action a sample may show what was before.
    """

    at_first: object = UNKNOWN
    changes: list[WasSet] = field(default_factory=list)
    rebuilt: list[tuple[float, float]] = field(default_factory=list)
    late_s: float = GRACE_S

    def expected(self, t: float) -> object:
        """The value at a run time; UNKNOWN: anything may be."""
        if any(one.begun_s - GRACE_S <= t <= one.done_s + self.late_s for one in self.changes):
            return UNKNOWN
        if any(begun_s - GRACE_S <= t <= done_s + GRACE_S for begun_s, done_s in self.rebuilt):
            return UNKNOWN
        before = [one for one in self.changes if one.done_s < t]
        return before[-1].value if before else self.at_first


def has_readings(timeline: Timeline) -> bool:
    """Whether the journal has what devices say of themselves each second; older ones do not."""
    return any(
        sample.listen_queue is not None or sample.governor is not None or sample.toxics_seen is not None
        for sample in timeline.bridges
    )


def devices(timeline: Timeline) -> Mapping[str, Sequence[BridgeSample]]:
    """The samples of each device within the phases: what is undone afterwards is no one's business."""
    start_s, end_s = timeline.judged or (0.0, 0.0)
    found = {timeline.roles.device: timeline.bridges, **timeline.reserves}
    return {name: [s for s in samples if start_s <= s.t <= end_s] for name, samples in found.items()}


def as_set(timeline: Timeline, device: str, key: str, at_first: object = UNKNOWN) -> AsSet:
    """What a device's ``key`` (as actions read it back: ``cpu_share``, ``listen_queue``, ...) was set to."""
    found = AsSet(at_first)
    for begun_s, event in steps_on(timeline, device):
        values = [reading[key] for reading in readings(event) if key in reading]
        if values:
            dead = any(reading.get("governor") == "dead" for reading in readings(event))
            found.changes.append(WasSet(begun_s, event.t, UNKNOWN if dead else values[-1]))
        if event.rebuilt_listener and event.state in {"applied", "reverted"}:
            found.rebuilt.append((begun_s, event.t))
    return found


def steps_on(timeline: Timeline, device: str) -> Iterator[tuple[float, ActionChanged]]:
    """Each step that changed a device, and when it was begun."""
    for event in timeline.acted:
        if event.target == device and event.state != "intended":
            yield event.t - (event.took_ms or 0.0) / 1000, event


def readings(event: ActionChanged) -> Iterator[dict[str, Any]]:
    """What each part of an action was read back as, in order."""
    readback = event.readback or {}
    yield readback
    for reading in readback.values():
        if isinstance(reading, dict):
            yield reading


def stretches(wrong: Sequence[tuple[float, object]]) -> list[tuple[float, float, object]]:
    """(first, last, value) of samples that follow on each other and show the same."""
    found: list[tuple[float, float, object]] = []
    for t, value in wrong:
        if found and found[-1][2] == value and t - found[-1][1] <= 2 * GRACE_S:
            found[-1] = (found[-1][0], t, value)
        else:
            found.append((t, t, value))
    return found


def span_text(first_s: float, last_s: float, end_s: float) -> str:
    """``from 17 s`` where it lasted to the end, else ``from 17 s to 20 s``; at a second, where that is all."""
    if last_s + GRACE_S >= end_s:
        return f"from {first_s:.0f} s"
    if last_s - first_s < 1:
        return f"at {first_s:.0f} s"
    return f"from {first_s:.0f} s to {last_s:.0f} s"
