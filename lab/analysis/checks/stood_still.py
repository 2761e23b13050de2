"""No part of the measurement stood still for seconds: found by what it left out.

A process that is stopped answers nothing on its control port, and a device that is stopped uses no CPU while work
waits. The lab itself takes no samples then; its gap explains everyone else's.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from lab.analysis.checks.as_set import GRACE_S, has_readings
from lab.analysis.checks.checker import Timed
from lab.analysis.checks.disturbed import disturbed
from lab.analysis.checks.restarts import meant, unmeant
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import judged_seconds, work_waits
from lab.analysis.verdict.verdict import Finding

NAME = "parts that stood still"
GAP_S = 2.5
"""Two samples in a row are missing."""
AFTER_S = 3.0
"""So long after a fault its target may take to answer again."""
IDLE = 0.1
"""A device that uses less than this share of its cap while work waits does nothing."""
IDLE_S = 2

Gap = tuple[float, float]


def check_stood_still(timeline: Timeline) -> list[Finding]:
    """From the first phase's start to the last one's end, but for what faults were to stop."""
    if not has_readings(timeline) or timeline.judged is None:
        return []
    lab = _gaps(timeline, timeline.hosts)
    said = [_said("the lab itself took no samples", gap) for gap in lab]
    for name, samples in _parts(timeline).items():
        said += [
            _said(f"{name} did not answer", gap)
            for gap in _gaps(timeline, samples)
            if not _excused(timeline, name, gap) and not _overlaps(gap, lab)
        ]
    said += [
        _said(f"{timeline.roles.device} did nothing while work waited", gap) for gap in _idle(timeline, lab)
    ]
    return disturbed(NAME, list(dict.fromkeys(said)))


def _parts(timeline: Timeline) -> Mapping[str, Sequence[Timed]]:
    """Who answers each second, by process: roles that share one stand still together."""
    found: dict[str, Sequence[Timed]] = {timeline.roles.load: timeline.loads}
    for role, samples in timeline.services.items():
        found.setdefault(timeline.roles.process_of(role), samples)
    for watched in timeline.planes.values():
        if watched.configured is not None:
            answers = [
                s for asked in watched.asked.values() for s in asked.values() if s.answered_ms is not None
            ]
            found[watched.configured.service] = sorted(answers, key=lambda s: s.t)
    return found


def _gaps(timeline: Timeline, samples: Sequence[Timed]) -> list[Gap]:
    """Times without a sample, of a source that was there before; one that is silent to the end as well."""
    start_s, end_s = timeline.judged or (0.0, 0.0)
    times = [sample.t for sample in samples]
    if not times:
        return []
    last = max(times[-1], min(timeline.now_s, end_s))
    found = pairwise([*times, last] if last > times[-1] else times)
    return [(a, b) for a, b in found if b - a >= GAP_S and b > start_s and a < end_s]


def _excused(timeline: Timeline, name: str, gap: Gap) -> bool:
    """Whether a fault aimed at it had it so, or it had died, which another check says."""
    for fault in timeline.faults:
        aimed = {timeline.roles.process_of(role) for role in timeline.roles.named_by(fault.target)}
        start_s = fault.intended_s if fault.intended_s is not None else fault.applied_s
        end_s = timeline.now_s if fault.reverted_s is None else fault.reverted_s
        if (
            name in aimed
            and start_s is not None
            and gap[0] <= end_s + AFTER_S
            and start_s - GRACE_S <= gap[1]
        ):
            return True
    died = any(service == name and t <= gap[1] + GRACE_S for service, _, t in unmeant(timeline))
    return died or meant(timeline, name, gap[0]) or meant(timeline, name, gap[1])


def _idle(timeline: Timeline, lab: Sequence[Gap]) -> Iterator[Gap]:
    """Seconds in a row in which the device had work and did next to nothing."""
    device, run = timeline.roles.device, []
    for second in [*judged_seconds(timeline), -1]:
        row = timeline.row(second) if second >= 0 else None
        gap = (float(second), float(second + 1))
        if (
            row is not None
            and row.bridge_utilization is not None
            and row.bridge_utilization < IDLE
            and work_waits(timeline, second)
            and not _excused(timeline, device, gap)
            and not _overlaps(gap, lab)
        ):
            run.append(second)
            continue
        if len(run) >= IDLE_S:
            yield float(run[0]), float(run[-1] + 1)
        run = []


def _overlaps(gap: Gap, others: Sequence[Gap]) -> bool:
    return any(a - GRACE_S <= gap[1] and gap[0] <= b + GRACE_S for a, b in others)


def _said(what: str, gap: Gap) -> str:
    return f"{what} for {gap[1] - gap[0]:.1f} s from {gap[0]:.0f} s"
