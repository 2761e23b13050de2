"""Whole seconds, 5 s sliding windows, and sums over the arrivals that were scheduled in them."""

import math
from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import Literal

from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.seconds import WINDOW_S
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.phase import PhaseRole, role_of

Counted = Literal["offered", "sent", "good", "requests", "attempts"]

_HAIR_S = 1e-6


def whole_seconds(start_s: float, end_s: float) -> range:
    """The run seconds that lie wholly between two moments."""
    first = max(0, math.ceil(start_s - _HAIR_S))
    return range(first, max(first, math.floor(end_s + _HAIR_S)))


def work_waits(timeline: Timeline, second: int) -> bool:
    """Whether connections waited for the bridge as a second began and as it ended; False where that isn't known."""
    return bool(timeline.row(second).accept_queue) and bool(timeline.row(second + 1).accept_queue)


def last_seconds(span: range, seconds: float | None) -> range:
    """The last so many seconds of a span; all of it for None."""
    return span if seconds is None else span[-math.ceil(seconds) :]


def sliding(span: range, width: int = WINDOW_S) -> Iterator[range]:
    """Every window of ``width`` seconds within a span; the span itself where it is shorter."""
    if len(span) < width:
        return iter([span] if len(span) else [])
    return (span[i : i + width] for i in range(len(span) - width + 1))


def total(timeline: Timeline, span: range, what: Counted, *, final: bool = True) -> int | None:
    """A count summed over seconds.

    None where any second's load is unknown (or, for ``final``, can still change). Clients have no cohort
    for a second in which nothing called them; that is a 0 as long as the load's cohort is there.
    """
    if not len(span):
        return None
    rows = [timeline.row(second) for second in span]
    if any(row.offered is None or (final and row.provisional) for row in rows):
        return None
    if what in {"requests", "attempts"} and all(row.attempts is None for row in rows):
        return None
    if what == "attempts" and any(row.requests and row.attempts is None for row in rows):
        return None
    return sum(getattr(row, what) or 0 for row in rows)


def good_share(timeline: Timeline, span: range, *, final: bool = True) -> float | None:
    """Good / scheduled of the same window; None where either is unknown or nothing was scheduled."""
    good = total(timeline, span, "good", final=final)
    return ratio(good, total(timeline, span, "offered", final=final))


def per_second(timeline: Timeline, span: range, what: Counted, *, final: bool = True) -> float | None:
    """A count as a mean rate over seconds, rps."""
    return ratio(total(timeline, span, what, final=final), len(span))


def phase_seconds(timeline: Timeline, name: str) -> range:
    """The whole seconds inside a phase, up to now while it lasts; where no phase has that name, of that role."""
    span = timeline.phase(name)
    if span is None:
        role = role_of(name)
        return range(0) if role is None else role_seconds(timeline, role)
    return whole_seconds(span.start_s, timeline.now_s if span.end_s is None else span.end_s)


def role_seconds(timeline: Timeline, role: PhaseRole) -> range:
    """The whole seconds inside the first phase with a role, and those of the same role that follow it at once."""
    first = next((i for i, span in enumerate(timeline.phases) if span.role == role), None)
    if first is None:
        return range(0)
    spans = list(takewhile(lambda span: span.role == role, timeline.phases[first:]))
    end_s = spans[-1].end_s
    return whole_seconds(spans[0].start_s, timeline.now_s if end_s is None else end_s)


def first_seconds(timeline: Timeline) -> range:
    """The judged whole seconds up to the moment when the trigger comes again, where it does."""
    return whole_seconds(*timeline.first_s) if timeline.first_s else range(0)


def judged_seconds(timeline: Timeline) -> range:
    """The whole seconds from the first phase's start to the last one's end."""
    judged = timeline.judged
    return whole_seconds(*judged) if judged else range(0)


def peak(span: range, read: Callable[[range], float | None]) -> float | None:
    """The most in any 5 s window of a span, to four places."""
    values = [value for value in map(read, sliding(span)) if value is not None]
    return round(max(values), 4) if values else None
