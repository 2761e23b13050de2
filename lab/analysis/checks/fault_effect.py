"""Every fault had an effect: its read-back says so, *and* a figure moved that only it could have moved."""

from lab.analysis.checks.effect import Effect
from lab.analysis.checks.effects import FIGURES
from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding


def check_fault_effect(timeline: Timeline) -> list[Finding]:
    """One finding for each fault that was applied."""
    return [_fault_effect(timeline, fault) for fault in timeline.faults]


def _fault_effect(timeline: Timeline, fault: ActionSpan) -> Finding:
    effect = _effect(timeline, fault)
    ok = False if fault.verified is False else effect.ok if fault.verified else None
    readback = {True: "read back", False: "not active when read back", None: "never read back"}[
        fault.verified
    ]
    return Finding(
        name=f"fault effect: {fault.name}",
        limit=effect.limit,
        measured=effect.measured,
        ok=ok,
        unit=effect.unit,
        detail=f"{fault.fault} on {fault.target}, {readback}",
    )


def _effect(timeline: Timeline, fault: ActionSpan) -> Effect:
    """What was seen of it; nothing where its traits name no figure, or one that this lab can't measure."""
    asked = fault.traits.effect
    measure = FIGURES.get(asked.figure) if asked else None
    if asked is None or measure is None:
        return Effect("an effect that is known", None, None)
    return measure(timeline, fault, asked)
