"""What was not undone, or not on the straight way: a removal that hung, a bridge too starved to answer."""

from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding


def check_undone(timeline: Timeline) -> list[Finding]:
    """One finding that names them; none where everything was undone as planned, and read back."""
    done = [action for action in timeline.actions.values() if action.applied_s is not None]
    undone = [action for action in done if action.reverted_s is not None and action.reverted_verified]
    left = [action.name for action in done if action not in undone]
    said = [f"not: {', '.join(left)}"] if left else []
    said += [f"{action.name}: {action.error}" for action in undone if _took_a_detour(action)]
    if not said:
        return []
    return [
        Finding(
            name="undone and read back",
            limit=f"all {len(done)}",
            measured=len(undone),
            ok=not left,
            detail="; ".join(said),
        )
    ]


def _took_a_detour(action: ActionSpan) -> bool:
    """Its removal hung, say, so that it was put out of effect instead."""
    return action.state == "reverted" and action.error is not None
