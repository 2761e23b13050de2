"""What was seen of a fault while it was active, apart from its read-back."""

from dataclasses import dataclass

from lab.analysis.checks.checker import short_unit
from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Effect:
    """What was seen of a fault. ``ok`` None: nothing that could show it was measured."""

    limit: str
    measured: float | None
    ok: bool | None
    unit: str = ""


def at_least(limit: float, measured: float | None, unit: str) -> Effect:
    """An effect that must reach a figure."""
    ok = None if measured is None else measured >= limit
    return Effect(
        f">= {limit:.4g} {unit}", None if measured is None else round(measured, 3), ok, short_unit(unit)
    )


def span_of(timeline: Timeline, fault: ActionSpan) -> tuple[float, float]:
    """From when to when a fault was active."""
    start_s = timeline.now_s if fault.applied_s is None else fault.applied_s
    return start_s, timeline.now_s if fault.reverted_s is None else fault.reverted_s
