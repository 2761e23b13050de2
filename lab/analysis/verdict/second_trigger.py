"""The figures of the trigger when it came again."""

from lab.analysis.metrics.holds import Holds
from lab.analysis.metrics.recovery import find_recovery
from lab.analysis.metrics.stuck import find_stuck
from lab.analysis.timeline.moments import until_s
from lab.analysis.timeline.rows import amplification
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.trigger import Trigger
from lab.analysis.timeline.windows import last_seconds, peak, per_second, whole_seconds
from lab.analysis.verdict.rounding import short
from lab.analysis.verdict.verdict import SecondTrigger

LAST_S = 10


def second_trigger(timeline: Timeline, holds: Holds) -> SecondTrigger | None:
    """None: it did not come again."""
    again = timeline.retrigger
    if again.start_s is None or timeline.judged is None:
        return None
    stuck = find_stuck(timeline, again)
    recovery = find_recovery(timeline, again.end_s, emptied=again.rebuilt_listener_of(timeline.roles.device))
    span = whole_seconds(again.start_s, timeline.judged[1])
    during = range(0) if again.end_s is None else whole_seconds(again.start_s, again.end_s)
    return SecondTrigger(
        start_s=short(again.start_s),
        end_s=short(again.end_s),
        amplification_peak=peak(span, lambda part: amplification(timeline.seconds, part, final=True)),
        goodput_rps=short(per_second(timeline, during, "good")),
        goodput_after_rps=short(per_second(timeline, _after(timeline, again), "good")),
        stuck=stuck.value,
        stuck_s=short(stuck.stuck_s),
        time_to_recover_s=short(recovery.time_s),
        censored_at_s=short(recovery.censored_at_s),
        back_from_s=short(recovery.pending_s),
        looser=holds.looser,
        because=holds.because,
    )


def _after(timeline: Timeline, again: Trigger) -> range:
    """The last 10 s of what is judged after the second trigger."""
    end_s = None if again.end_s is None else until_s(timeline, again.end_s)
    if again.end_s is None or end_s is None:
        return range(0)
    return last_seconds(whole_seconds(again.end_s, end_s), LAST_S)
