"""Pages that called off what went on: the trap of a threshold alert whose series vanish, which resolves by itself.

An alert is called off falsely when what it tells of is bad in truth when its ``resolved`` arrives, and still 5 s later:
for amplification at least 2 attempts a call, for everything else less than 90 % of edge's requests served, each over
5 s. Alerts about other things than the service's health (a scrape, a series, the bridge, a breaker) may end before it
is back, and are not judged here.
"""

from lab.analysis.planes.pages import DEAD_MAN, HEARTBEAT, heard
from lab.analysis.planes.truth import amplification, error_ratio
from lab.analysis.seconds import WINDOW_S
from lab.analysis.timeline import Timeline
from lab.analysis.watched import Watched
from lab.journal.planes import PageReceived

GOOD_FROM = 0.90
AMPLIFIED = 2.0
MENDS_S = 5.0
"""A page may say that it is over so long before truth shows it: windows differ, and pages travel."""

_NOT_HEALTH = ("Scrape", "Absent", "Series", "Bridge", "Breaker", "Target")
_NOT_ABOUT_THE_SYSTEM = frozenset({HEARTBEAT, DEAD_MAN})


def count_false_resolutions(timeline: Timeline, watched: Watched, start_s: float, end_s: float) -> int | None:
    """Those received in a span; None: on-call told nothing, or truth was not measured when one came."""
    if not heard(timeline):
        return None
    called_off = [p for p in watched.pages if p.state == "resolved" and start_s <= p.received_s < end_s]
    judged = [_is_false(timeline, page) for page in called_off if _about_health(page)]
    return None if None in judged else judged.count(True)


def _about_health(page: PageReceived) -> bool:
    return page.alert not in _NOT_ABOUT_THE_SYSTEM and not any(word in page.alert for word in _NOT_HEALTH)


def _is_false(timeline: Timeline, page: PageReceived) -> bool | None:
    """Whether it went on; where truth ends sooner than 5 s later, what it last was decides."""
    now = _bad(timeline, page, page.received_s)
    later = _bad(timeline, page, page.received_s + MENDS_S)
    return now if later is None or not now else later


def _bad(timeline: Timeline, page: PageReceived, at_s: float) -> bool | None:
    """Whether what the alert tells of was bad in the 5 s before a moment; None: not measured."""
    if "Amplif" in page.alert:
        amplified = amplification(timeline, at_s - WINDOW_S, at_s)
        return None if amplified is None else amplified >= AMPLIFIED
    errors = error_ratio(timeline, at_s - WINDOW_S, at_s)
    return None if errors is None else errors > 1 - GOOD_FROM
