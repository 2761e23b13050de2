"""What a plane sent to on-call: each alert once, however often its Alertmanager repeats itself.

Two labels of the rules say what an alert is for. ``severity: page`` (or none) wakes a person; a ticket does not, nor
the heartbeat, which is what the dead-man's switch listens for. ``about: monitoring`` is the plane's own trouble and
says nothing about the system. The dead-man's switch wakes, *about* a plane that fell silent, not by it.
"""

from collections.abc import Iterator

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched
from lab.journal.plane_events import PageReceived

HEARTBEAT = "Watchdog"
DEAD_MAN = "DeadMansSwitch"
PAGE = "page"


def heard(timeline: Timeline) -> bool:
    """Whether on-call reported anything to the lab at all; where it did not, no page is no answer."""
    return timeline.roles.pager in timeline.services


def firings(watched: Watched) -> Iterator[PageReceived]:
    """Each page that woke a person; an alert that goes on, or is sent again, is the same page."""
    firing: dict[tuple[str, ...], float | None] = {}
    for page in watched.pages:
        alert = (page.alert, *(f"{name}={value}" for name, value in sorted(page.labels.items())))
        if page.state == "resolved":
            firing.pop(alert, None)
        elif _wakes(page) and (alert not in firing or firing[alert] != page.sent_t):
            firing[alert] = page.sent_t
            yield page


def _wakes(page: PageReceived) -> bool:
    return page.alert != HEARTBEAT and page.labels.get("severity", PAGE) == PAGE


def about_monitoring(page: PageReceived) -> bool:
    """Whether it is about the plane's own trouble."""
    return page.labels.get("about") == "monitoring"


def since_trigger(timeline: Timeline, watched: Watched) -> list[PageReceived]:
    """Firing pages after the trigger's start, the dead-man's switch included; none about what began before it."""
    start_s = timeline.trigger_start_s
    if start_s is None:
        return []
    return [page for page in firings(watched) if page.received_s >= start_s and began_s(page) >= start_s]


def told(timeline: Timeline, watched: Watched) -> dict[str, PageReceived]:
    """Alert -> its first page by the plane after the trigger's start, in that order; not the dead-man's switch."""
    first: dict[str, PageReceived] = {}
    for page in since_trigger(timeline, watched):
        if page.alert != DEAD_MAN:
            first.setdefault(page.alert, page)
    return first


def told_of_system(timeline: Timeline, watched: Watched) -> dict[str, float]:
    """Alert -> when the plane first reported it, for what happens to the system and so to every plane."""
    pages = told(timeline, watched)
    return {alert: page.received_s for alert, page in pages.items() if not about_monitoring(page)}


def began_s(page: PageReceived) -> float:
    """When what it reports began, as the plane says; its arrival where it does not."""
    return page.received_s if page.sent_t is None else page.sent_t


def count_pages(timeline: Timeline, watched: Watched, start_s: float, end_s: float) -> int | None:
    """How often a person was woken in a span; None: on-call reported nothing."""
    if not heard(timeline):
        return None
    return sum(start_s <= page.received_s < end_s for page in firings(watched))


def count_false_alarms(timeline: Timeline, watched: Watched) -> int | None:
    """Pages before anything was done: before the trigger, or in all phases of a run without one."""
    if timeline.judged is None or not heard(timeline):
        return None
    start_s, end_s = timeline.judged
    if timeline.trigger_start_s is not None:
        end_s = timeline.trigger_start_s
    return sum(start_s <= began_s(page) and page.received_s < end_s for page in firings(watched))
