"""Pages that called off what went on: the trap of a threshold alert whose series vanish, which resolves by itself.

An alert is called off falsely when what it reports is bad in truth when its ``resolved`` arrives, and still 5 s later:
about amplification at least 1.5 attempts per call, about goodput or its budget less than 90 % of requests served,
each over 5 s. Alerts about other things (a scrape, the bridge, a breaker) may end while service is not back, and are
not judged here.
"""

from collections.abc import Callable, Mapping

from lab.analysis.planes.pages import heard
from lab.analysis.planes.truth import amplification, error_ratio
from lab.analysis.timeline.seconds import WINDOW_S
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched
from lab.journal.plane_events import PageReceived

GOOD_FROM = 0.90
AMPLIFIED = 1.5
PERSISTS_S = 5.0
"""A page may say that it is over so long before truth shows it: windows differ, and pages travel."""


def count_false_resolutions(timeline: Timeline, watched: Watched, start_s: float, end_s: float) -> int | None:
    """Those received in a span; None: on-call reported nothing, or truth was not measured when one came."""
    if not heard(timeline):
        return None
    called_off = [p for p in watched.pages if p.state == "resolved" and start_s <= p.received_s < end_s]
    judged = [_is_false(timeline, page, bad) for page in called_off for bad in _symptoms(page)]
    return None if None in judged else judged.count(True)


def _amplified(timeline: Timeline, at_s: float) -> bool | None:
    attempts = amplification(timeline, at_s - WINDOW_S, at_s)
    return None if attempts is None else attempts >= AMPLIFIED


def _failing(timeline: Timeline, at_s: float) -> bool | None:
    errors = error_ratio(timeline, at_s - WINDOW_S, at_s)
    return None if errors is None else errors > 1 - GOOD_FROM


_Bad = Callable[[Timeline, float], bool | None]
"""Whether something was bad in the 5 s before a moment; None: not measured."""

_SYMPTOMS: Mapping[str, _Bad] = {"Amplification": _amplified, "Goodput": _failing, "Budget": _failing}
"""Word in an alert's name -> what it reports."""


def _symptoms(page: PageReceived) -> list[_Bad]:
    """What an alert reports; nothing that is judged here for most."""
    return [bad for word, bad in _SYMPTOMS.items() if word in page.alert][:1]


def _is_false(timeline: Timeline, page: PageReceived, bad: _Bad) -> bool | None:
    """Whether it went on; where truth ends sooner than 5 s later, what it last was decides."""
    now, later = bad(timeline, page.received_s), bad(timeline, page.received_s + PERSISTS_S)
    return now if later is None or not now else later
