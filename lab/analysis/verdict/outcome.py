"""How a run ended, as its journal has it."""

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import RecordedEnd


def outcome_of(timeline: Timeline) -> RecordedEnd:
    """How the run ended. One that was not started because its steady state was not met counts as aborted."""
    if timeline.closed is None:
        return "truncated"
    if timeline.closed.outcome == "not-started" and unsteady(timeline):
        return "aborted"
    return timeline.closed.outcome


def unsteady(timeline: Timeline) -> list[str]:
    """Steady-state probes that the runner found not met (or could not measure)."""
    return [
        f"{c.name}: {c.because}" for c in timeline.checks if c.role == "steady-state" and c.met is not True
    ]
