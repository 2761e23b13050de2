"""A storm was the device's: connections waited there until their answers were useless, and no one waited behind it.

    queueing delay, least of any 5 s while stuck > limit         the device is what is short ...
    queueing delay in the baseline < limit / 2                   ... now, and was not before the trigger
    requests waiting behind the device, on average <= 1          ... and nothing else is

The canary's wait is held against the same limits, its median over either span: it is measured apart, by a clock and not
by counting. The limit is the clients' timeout, or the SLO where that is shorter.

The baseline is the control: a figure that is as high in health proves nothing. The control is about that proof alone,
so it is asked only where something is to be proven: a run that is not stuck claims no saturation, and its steady state
says whether it began in health. The whole baseline counts: one hiccup of the machine is not a device that is short.
"""

from lab.analysis.checks.checker import above, below
from lab.analysis.metrics.queueing_delay import canary_wait_s, queueing_delay_s, useless_from_s
from lab.analysis.metrics.stuck import find_stuck
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import role_seconds, sliding
from lab.analysis.verdict.verdict import Finding

HEALTHY_SHARE = 0.5
"""Of the limit: below it a delay leaves room for an answer in time."""
QUEUE = 1.0
"""Requests waiting behind the bridge, on average: near 0."""


def check_saturation(timeline: Timeline) -> list[Finding]:
    """Nothing to check where the system was not stuck."""
    stuck = find_stuck(timeline)
    if not stuck.value or timeline.drill is None:
        return []
    limit_s = useless_from_s(timeline.drill)
    delays = [queueing_delay_s(timeline, window) for window in sliding(stuck.seconds)]
    known = [delay for delay in delays if delay is not None]
    least_s = min(known) if known and len(known) == len(delays) else None
    baseline = role_seconds(timeline, "baseline")
    before_s, canary_before_s = queueing_delay_s(timeline, baseline), canary_wait_s(timeline, baseline)
    queue = _mean([timeline.row(second).queue_depth for second in stuck.seconds])
    return [
        above("queueing delay while stuck", limit_s, "s", least_s, "least of any 5 s"),
        below("queueing delay in the baseline", HEALTHY_SHARE * limit_s, "s", before_s, "its control"),
        _canary(timeline, stuck.seconds, limit_s),
        below("canary's wait in the baseline", HEALTHY_SHARE * limit_s, "s", canary_before_s, "its control"),
        Finding(
            name="queue behind the bridge while stuck",
            limit=f"<= {QUEUE:g} waiting",
            measured=None if queue is None else round(queue, 2),
            ok=None if queue is None else queue <= QUEUE,
        ),
    ]


def _canary(timeline: Timeline, span: range, limit_s: float) -> Finding:
    """The canary's median wait. It gives up in the end: where it mostly did, it waited for longer than is known."""
    found = above("canary's wait while stuck", limit_s, "s", canary_wait_s(timeline, span), "median")
    calls = [one for one in timeline.canaries if span.start <= one.started_s < span.stop]
    given_up = [one for one in calls if one.outcome == "timeout"]
    if found.ok is False and 2 * len(given_up) > len(calls):
        return found.model_copy(update={"ok": True, "detail": "median; then the canary gave up"})
    return found


def _mean(values: list[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
