"""The storm fed itself: a stuck system whose own retries kept the device congested, and nothing else that was seen.

    offered <= accepted       the requests alone would fit ...
    amplification >= 1.1      ... but each became more attempts ...
    queueing delay > timeout  ... so that every answer came too late, and was retried

Each must be measured in every 5 s of the seconds that *stuck* judges. What lacks a measurement is not borne out.
"""

from lab.analysis.checks.restarts import unmeant
from lab.analysis.metrics.queueing_delay import canary_wait_s, queueing_delay_s
from lab.analysis.metrics.stuck import find_stuck, timeout_s
from lab.analysis.timeline.rows import amplification
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import role_seconds, sliding, total

RETRIED_FROM = 1.1
"""Attempts per request: below, too little is retried to keep a storm alive."""
WAITING_BEHIND = 1.0
"""Requests that wait in a service behind the device, on average: more, and the device is not what is short."""


def fed_itself(timeline: Timeline) -> bool:
    """Whether amplification, congestion and nothing else kept the system stuck after its first trigger."""
    stuck = find_stuck(timeline)
    return (
        stuck.value is True
        and all(_amplified(timeline, window) for window in sliding(stuck.seconds))
        and _congested(timeline, stuck.seconds)
        and _fits_alone(timeline, stuck.seconds)
        and not _other_cause(timeline, stuck.seconds)
    )


def _amplified(timeline: Timeline, window: range) -> bool:
    attempts = amplification(timeline.seconds, window, final=True)
    return attempts is not None and attempts >= RETRIED_FROM


def _congested(timeline: Timeline, span: range) -> bool:
    """Connections waited for longer than their clients do; not so in the baseline, and the canary saw the same."""
    if timeline.drill is None:
        return False
    limit_s = timeout_s(timeline.drill)
    before_s = queueing_delay_s(timeline, role_seconds(timeline, "baseline"))
    delays = [queueing_delay_s(timeline, window) for window in sliding(span)]
    wait_s = canary_wait_s(timeline, span)
    return (
        before_s is not None
        and before_s < limit_s
        and all(delay is not None and delay > limit_s for delay in delays)
        and (wait_s is None or wait_s >= limit_s)
    )


def _fits_alone(timeline: Timeline, span: range) -> bool:
    """Whether no more requests were offered than the device accepted connections."""
    offered = total(timeline, span, "offered")
    accepted = [timeline.row(second).accepted or 0.0 for second in span]
    return offered is not None and offered <= sum(accepted)


def _other_cause(timeline: Timeline, span: range) -> bool:
    """Something that died, a toxic that was still there, or a queue elsewhere (or none that was measured)."""
    if next(unmeant(timeline), None) is not None:
        return True
    samples = (timeline.seconds.at(second).bridge for second in span)
    depths = [timeline.row(second).queue_depth for second in span]
    known = [depth for depth in depths if depth is not None]
    return (
        any(sample is not None and (sample.toxics or sample.toxics_seen) for sample in samples)
        or not known
        or sum(known) / len(known) > WAITING_BEHIND
    )
