"""Connections that arrive at the bridge, accepted or not yet.

    arrivals(s) = accepted in s + accept queue at the end of s - accept queue at its beginning

Accepted is what router counts: the bridge dials it once for each connection that it takes out of its listen queue. Its
length is the kernel's figure, read as a second begins. What was refused by a closed port never arrived.
"""

from lab.analysis.timeline.timeline import Timeline

SKEW = 0.1
"""Of what was accepted in a second: queue and count are read up to 0.1 s apart. A queue that lost more was emptied."""


def arrivals(timeline: Timeline, second: int) -> float | None:
    """Connections that arrived in a second; None where it was not measured, or the queue was emptied in it."""
    accepted = timeline.seconds.counted(timeline.roles.behind_device, "connections", second)
    before, after = timeline.row(second).accept_queue, timeline.row(second + 1).accept_queue
    if accepted is None or before is None or after is None:
        return None
    arrived = accepted + after - before
    return max(0.0, arrived) if arrived >= -SKEW * accepted else None


def mean_arrivals(timeline: Timeline, span: range) -> float | None:
    """Over all seconds of a span, rps; None where any was not measured."""
    counts = _all(timeline, span)
    return sum(counts) / len(counts) if counts else None


def peak_to_mean(timeline: Timeline, span: range) -> float | None:
    """Arrivals in the busiest second / their mean over the span: 1 is even, ``len(span)`` all in one second."""
    counts = _all(timeline, span)
    return max(counts) * len(counts) / sum(counts) if counts and sum(counts) else None


def _all(timeline: Timeline, span: range) -> list[float]:
    """Every second's; none at all where one is missing: it could have been the peak."""
    counts = [arrivals(timeline, second) for second in span]
    known = [count for count in counts if count is not None]
    return known if len(known) == len(counts) else []
