"""A drill's condition about a monitoring plane, decided."""

from lab.analysis.planes.detection import watched_s
from lab.analysis.planes.pages import heard
from lab.analysis.planes.plane_metrics import PLANE, PLANE_RUN
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.decision import Decision, between, decide
from lab.drillfile.condition import Condition

_AWAITED = {
    "detection_time": "no page of the plane",
    "time_to_dead_mans_switch": "no alarm about its silence",
}
"""Metrics that say how long something took to come, and what it means that it did not."""


def decide_about_plane(timeline: Timeline, condition: Condition, plane: str, span: range) -> Decision:
    """Decide it over a window, or for the metrics that have none over the run."""
    watched = timeline.planes.get(plane)
    if watched is None or watched.configured is None:
        return Decision(None, None, f"no plane {plane} watched this run")
    if condition.metric in PLANE:
        return decide(condition, PLANE[condition.metric](timeline, watched, span), between(span))
    measured = PLANE_RUN[condition.metric](timeline, watched)
    if measured is None and condition.metric in _AWAITED:
        return _never_came(timeline, condition)
    return decide(condition, measured, "over the run")


def _never_came(timeline: Timeline, condition: Condition) -> Decision:
    """It did not come although it was waited for longer than the limit: an answer, without a figure."""
    waited_s = watched_s(timeline)
    if waited_s is None:
        return Decision(None, None, "nothing was done that could be detected")
    if not heard(timeline):
        return Decision(None, None, "what on-call received is unknown")
    because = f"{_AWAITED[condition.metric]} came within {waited_s:.1f} s, when the run ended"
    if waited_s < condition.value:
        return Decision(None, None, f"{because}: too soon to know")
    return Decision(None, condition.op in {">", ">="}, because)
