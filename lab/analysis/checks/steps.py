"""The drill's method took place: every step was applied and read back."""

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding


def check_steps(timeline: Timeline) -> list[Finding]:
    """One finding for all steps, naming those that did not happen."""
    if timeline.drill is None or not timeline.drill.applied:
        return []
    done = {a.name for a in timeline.actions.values() if a.applied_s is not None and a.verified}
    missing = [step.name for step in timeline.drill.applied if step.name not in done]
    steps = len(timeline.drill.applied)
    return [
        Finding(
            name="steps applied and read back",
            limit=f"all {steps}",
            measured=steps - len(missing),
            ok=not missing,
            detail=f"not: {', '.join(missing)}" if missing else "",
        )
    ]
