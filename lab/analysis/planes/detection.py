"""How soon a plane paged on-call, and whether as soon as its configuration promises.

Each alert has a bound of its own: how long after its cause its page must be there. A plane was in time when its first
page came within the bound of that alert. Where none came (or one without a bound), it is held to the shortest bound of
what another plane reported, since that did happen, or else to the shortest of all: nothing excuses it longer.
"""

from dataclasses import dataclass

from lab.analysis.planes.pages import DEAD_MAN, HEARTBEAT, heard, since_trigger, told, told_of_system
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched


@dataclass(frozen=True, slots=True)
class Detection:
    """Times since the trigger's start, s.

    Attributes:
        time_s: to the plane's first page; None: none came (or there was no trigger).
        alert: what that page was about; ``bound_s`` the time that it should have come within.
        silence_s: to the dead-man's switch about this plane.
        in_time: whether the page came within its bound; None: no trigger, no bound, or too soon to know.
    """

    time_s: float | None = None
    alert: str | None = None
    bound_s: float | None = None
    silence_s: float | None = None
    in_time: bool | None = None


def find_detection(timeline: Timeline, watched: Watched) -> Detection:
    """When this plane paged on-call, and when on-call was paged about its silence."""
    start_s = timeline.trigger_start_s
    if start_s is None:
        return Detection(bound_s=_bound_s(timeline, watched, None))
    pages = told(timeline, watched)
    alert = next(iter(pages), None)
    time_s = None if alert is None else pages[alert].received_s - start_s
    bound_s = _bound_s(timeline, watched, alert)
    silences = (page.received_s for page in since_trigger(timeline, watched) if page.alert == DEAD_MAN)
    silence_s = next((received_s - start_s for received_s in silences), None)
    waited_s = watched_s(timeline) if heard(timeline) else None
    return Detection(time_s, alert, bound_s, silence_s, _in_time(waited_s, time_s, bound_s))


def watched_s(timeline: Timeline) -> float | None:
    """How long the run was watched after the trigger's start; None: there was no trigger."""
    if timeline.trigger_start_s is None or timeline.judged is None:
        return None
    return timeline.judged[1] - timeline.trigger_start_s


def _in_time(waited_s: float | None, time_s: float | None, bound_s: float | None) -> bool | None:
    if bound_s is None:
        return None
    if time_s is not None:
        return time_s <= bound_s
    return False if waited_s is not None and waited_s > bound_s else None


def _bound_s(timeline: Timeline, watched: Watched, alert: str | None) -> float | None:
    """The bound of the alert that came, else the shortest of those that came elsewhere, else the shortest."""
    bounds = symptom_bounds(watched)
    if alert in bounds:
        return bounds[alert]
    others = (other for other in timeline.planes.values() if other is not watched)
    elsewhere = {name for other in others for name in told_of_system(timeline, other)}
    happened = [bound_s for name, bound_s in bounds.items() if name in elsewhere]
    return min(happened or bounds.values(), default=None)


def symptom_bounds(watched: Watched) -> dict[str, float]:
    """The bounds of the alerts about the system, not of the plane's own life."""
    bounds = watched.configured.bounds_s if watched.configured else {}
    return {alert: bound_s for alert, bound_s in bounds.items() if alert not in {HEARTBEAT, DEAD_MAN}}
