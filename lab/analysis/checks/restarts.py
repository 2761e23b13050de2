"""Nothing died or started again that was not meant to."""

from collections.abc import Iterator
from itertools import pairwise

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding

BACK_S = 15.0
"""A killed service may take this long to be back after its fault is undone."""


def check_restarts(timeline: Timeline) -> list[Finding]:
    """Unplanned exits, and boot ids that changed."""
    seen = {f"{service} {what}" for service, what, _ in unmeant(timeline)}
    measured = float(len(seen)) if timeline.services else None
    said = [*deaths(timeline), *_started_again(timeline)] if seen else []
    return [
        Finding(
            name="unplanned exits and restarts",
            limit="none",
            measured=measured,
            ok=None if measured is None else not seen,
            detail=", ".join(sorted(seen)),
            disturbance="; ".join(said),
        )
    ]


def unmeant(timeline: Timeline) -> Iterator[tuple[str, str, float]]:
    """Services, what became of their processes although no fault was to do that, and when."""
    for change in timeline.changes:
        if not change.planned and not meant(timeline, change.service, change.t):
            yield change.service, change.state, change.t
    for role, samples in timeline.services.items():
        service = timeline.roles.process_of(role)
        for before, after in pairwise(samples):
            if before.boot != after.boot and not meant(timeline, service, after.t):
                yield service, "started again", after.t


def _started_again(timeline: Timeline) -> list[str]:
    """A sentence for each that came back although its end was not seen."""
    found = {(name, t) for name, what, t in unmeant(timeline) if what == "started again"}
    return [f"{name} was started again before {t:.1f} s" for name, t in sorted(found)]


def deaths(timeline: Timeline) -> list[str]:
    """A sentence for each service that ended though no one wanted that: what came of it may be all that is seen."""
    ended = [change for change in timeline.changes if change.state == "exited" and not change.planned]
    return [f"{c.service} died at {c.t:.1f} s (exit code {c.exit_code})" for c in ended]


def meant(timeline: Timeline, service: str, t: float) -> bool:
    """Whether a fault had this service killed about then."""
    for fault in timeline.faults:
        if fault.traits.ends_process and fault.target == service and fault.intended_s is not None:
            end_s = timeline.now_s if fault.reverted_s is None else fault.reverted_s
            if fault.intended_s <= t <= end_s + BACK_S:
                return True
    return False
