"""The verdict of a lab that people played with: nothing was expected, so there is neither pass nor fail."""

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.outcome import outcome_of
from lab.analysis.verdict.verdict import RecordedEnd, Verdict

ENDED = frozenset({"completed", "aborted"})
"""Ways in which a game ends as it should: by `lab down`, or by `lab abort`."""


def played(timeline: Timeline) -> Verdict:
    """What it ran with, and how it ended; a reason only where that was not as it should be."""
    run, drill, closed = timeline.run, timeline.drill, timeline.closed
    outcome: RecordedEnd = outcome_of(timeline)
    reasons = (
        [] if closed is None or closed.clean else [f"not rolled back: {', '.join(closed.left) or 'unknown'}"]
    )
    if outcome not in ENDED:
        reasons.append(f"{outcome}: {closed.reason}" if closed else "it still runs, or was killed")
    return Verdict(
        drill=drill.name if drill else "",
        runtime=run.runtime if run else "",
        seed=run.seed if run else 0,
        policy=None,
        verdict="inconclusive",
        reasons=tuple(reasons) or ("played interactively: nothing was expected",),
        outcome=outcome,
        interactive=True,
    )
