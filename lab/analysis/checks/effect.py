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


def hit_span_of(timeline: Timeline, fault: ActionSpan) -> tuple[float, float]:
    """From when to when a fault hit every connection: until its phase was over, where it was undone later than that.

    What takes a toxic off thousands of connections takes a capped device seconds, in which ever fewer are hit.
    """
    start_s, end_s = span_of(timeline, fault)
    planned_s = _planned_end_s(timeline, fault)
    return start_s, end_s if planned_s is None else min(end_s, max(start_s, planned_s))


def _planned_end_s(timeline: Timeline, fault: ActionSpan) -> float | None:
    """When the phase ends that a step of the drill is for; None for whatever else was applied."""
    steps = timeline.drill.method if timeline.drill else ()
    phases = {step.phase for step in steps if step.name == fault.name and step.when == "during"}
    ends = [span.start_s + span.planned_s for span in timeline.phases if span.name in phases]
    return max(ends, default=None)
