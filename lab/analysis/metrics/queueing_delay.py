"""How long a connection waits at the device until it is accepted, and from when on that makes its answer useless.

    queueing delay = accept queue / accept rate

It tells a storm from health, which used CPU as a share of the cap does not: a governed device uses what it is given.
The canary sees the same from outside: what it waits on a new connection is this delay, and what is behind the device.
"""

from statistics import median

from lab.analysis.metrics.stuck import timeout_s
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.model import Drill

KNOWN = 0.8
"""So many of the seconds must have been sampled for a delay to be known."""


def queueing_delay_s(timeline: Timeline, span: range) -> float | None:
    """Accept queue / accept rate over the seconds in which both are known; None where too few are, or none came in."""
    rows = [timeline.row(second) for second in span]
    known = [
        (r.accept_queue, r.accepted) for r in rows if r.accept_queue is not None and r.accepted is not None
    ]
    if len(known) < KNOWN * len(rows):
        return None
    return ratio(sum(waiting for waiting, _ in known), sum(accepted for _, accepted in known))


def useless_from_s(drill: Drill) -> float:
    """The delay from which on no answer is of use: the clients' timeout, or the load's SLO where that is shorter.

    A client whose timeout is longer than the SLO waits for its answer and does not retry, but the answer is too late
    for whoever asked; that is as stuck as any.
    """
    return min(timeout_s(drill), drill.load.slo_s)


def canary_wait_s(timeline: Timeline, span: range) -> float | None:
    """How long the canary's calls that began in these seconds took, their median; None where it made none."""
    waits_s = [one.latency_ms / 1000 for one in timeline.canaries if span.start <= one.started_s < span.stop]
    return median(waits_s) if waits_s else None
