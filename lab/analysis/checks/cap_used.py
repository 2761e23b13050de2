"""A smaller CPU share had an effect: the bridge used up all it was left with, wherever work was waiting for it.

CPU is handed out in slices: a quota of 2 ms or more in a period, a burst of our governor's bucket. Whether the last
slice before the first sample, and the last one before the last sample, is counted is chance, so that over a few
seconds of a small cap the figure is only known to so much. A throttle is not judged by what it can't show: a second
without anyone waiting (a breaker opened, the load was small) needs less than the cap, bitten or not.
"""

from chaos.traits import ExpectedEffect
from lab.analysis.checks.effect import Effect, at_least, span_of
from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import whole_seconds, work_waits

LEAST = 0.5
"""Where slices leave less than this of the limit, nothing can be told."""
SLICE_S = 0.002
"""The least that is handed out at once: docs/definitions.md for a quota; ``chaos.governor.bucket.LEAST_BURST_S``."""


def cap_used(timeline: Timeline, fault: ActionSpan, asked: ExpectedEffect) -> Effect:
    """Where work waits for it the device uses that much (%) of the CPU it is left with, less a slice at each end.

    Of any other target that isn't measured.
    """
    unit, wanted = "% of the cap used", asked.at_least
    if fault.target != timeline.roles.device:
        return at_least(wanted, None, unit)
    worked = [s for s in whole_seconds(*span_of(timeline, fault)) if work_waits(timeline, s)]
    used = [(row.bridge_cpu_share, row.cap_share) for row in map(timeline.row, worked)]
    known = [(spent, cap) for spent, cap in used if spent is not None and cap]
    cap_s = sum(cap for _, cap in known)
    share = ratio(sum(spent for spent, _ in known), cap_s)
    stretches = sum(second - 1 not in worked for second in worked)
    limit = wanted / 100 - (ratio(2 * stretches * SLICE_S, cap_s) or 0.0)
    if share is None or limit < LEAST:
        return at_least(wanted, None, unit)
    return at_least(100 * limit, 100 * share, unit)
