"""Conditions decided on a Timeline: ``evaluate`` over a window, ``watch`` on a live run's newest seconds."""

import math

from lab.analysis.metrics.evaluators import RUN, SERIES, SMOOTHED
from lab.analysis.metrics.holds import holds_for
from lab.analysis.metrics.recovery import find_recovery
from lab.analysis.metrics.url_health import URL, answer
from lab.analysis.planes.decide import decide_about_plane
from lab.analysis.timeline.moments import moment_s, until_s
from lab.analysis.timeline.of_customer import of_customer
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.seconds import WINDOW_S
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import judged_seconds, last_seconds, phase_seconds, sliding, whole_seconds
from lab.analysis.verdict.decision import Decision, between, decide
from lab.analysis.verdict.words import NOT_MEASURED, show_for
from lab.drillfile.condition import TRIGGER_END, Condition
from lab.drillfile.holds import number_of
from lab.drillfile.metrics import METRICS

FRESH_S = 1
"""Seconds younger than this are left out of a window: their requests are still under way."""

SEARCHED_S = 3
"""A live check takes the newest measured second of these last ones, and bridges gaps that are shorter."""

_STATS = {"min": min, "max": max}


def window(timeline: Timeline, condition: Condition) -> range:
    """The seconds a condition is about, without those too young to be judged."""
    if condition.during is not None:
        span = phase_seconds(timeline, condition.during)
    elif condition.since is not None:
        since_s = moment_s(timeline, condition.since)
        end_s = None if since_s is None else until_s(timeline, since_s)
        span = range(0) if since_s is None or end_s is None else whole_seconds(since_s, end_s)
    else:
        span = judged_seconds(timeline)
    fresh = math.floor(timeline.now_s) - FRESH_S
    return last_seconds(range(span.start, max(span.start, min(span.stop, fresh))), condition.last_s)


def value_over(timeline: Timeline, condition: Condition, span: range, *, final: bool) -> float | None:
    """The condition's metric over some seconds, as a share of ``of`` where it asks for one."""
    if condition.url is not None:
        return URL[condition.metric](timeline, span, condition.url)
    value = SERIES[condition.metric](timeline, span, final=final)
    return value if condition.of is None else ratio(value, SERIES[condition.of](timeline, span, final=final))


def evaluate(timeline: Timeline, condition: Condition, *, final: bool = True) -> Decision:
    """Decide a condition over its window.

    Args:
        timeline: the run as far as it is known.
        condition: from ``expect``, ``until`` or the steady state.
        final: only cohorts that can't change any more, as for a verdict; a live decision takes all.

    Returns:
        What was measured; ``met`` is None where it was not.
    """
    timeline = _whose(timeline, condition)
    if condition.metric in RUN:
        return _of_run(timeline, condition)
    span = window(timeline, condition)
    if condition.plane is not None:
        return decide_about_plane(timeline, condition, condition.plane, span)
    if condition.stat == "mean":
        measured = value_over(timeline, condition, span, final=final)
    else:
        parts = sliding(span) if condition.metric in SMOOTHED else sliding(span, 1)
        values = [value_over(timeline, condition, part, final=final) for part in parts]
        known = [value for value in values if value is not None]
        measured = _STATS[condition.stat](known) if known else None
    return decide(condition, measured, between(span))


def watch(timeline: Timeline, condition: Condition) -> Decision:
    """Decide a live condition (abort-if): it must have held all through the last ``for`` seconds.

    A figure of requests is known once their answers can't be in time any more, ``slo`` after their second. What
    was before the first phase (the calibration's closed loop, for one) counts only where a metric is lasting. A
    second that was not measured, as it happens on a machine that is short of everything, is taken as those just
    before it were.
    """
    timeline = _whose(timeline, condition)
    first, newest = _watched(timeline, condition)
    for second in range(newest, max(first, newest - SEARCHED_S) - 1, -1):
        measured = _in_second(timeline, condition, second)
        if measured is not None:
            break
    else:
        return Decision(None, None, f"{condition.metric} was {NOT_MEASURED} in the last {SEARCHED_S} s")
    seconds = range(second - max(1, math.ceil(condition.for_s or 1)) + 1, second + 1)
    values = [_known(timeline, condition, range(first, one + 1)) for one in seconds]
    held = [None if value is None else condition.holds(value) for value in values]
    met = False if False in held else None if None in held else True
    return Decision(measured, met, f"{_found(timeline, condition, second, measured)} at {second} s")


def _whose(timeline: Timeline, condition: Condition) -> Timeline:
    """The run with the figures of the customer that a condition names."""
    return timeline if condition.customer is None else of_customer(timeline, condition.customer)


def _watched(timeline: Timeline, condition: Condition) -> tuple[int, int]:
    """The first and the newest second that a live condition may look at."""
    newest = math.floor(timeline.now_s)
    if condition.metric in SMOOTHED and timeline.drill is not None:
        newest -= math.ceil(timeline.drill.load.answered_s) + FRESH_S
    if METRICS[condition.metric].lasting:
        return 0, newest
    return (math.floor(timeline.phases[0].start_s) if timeline.phases else newest + 1), newest


def _in_second(timeline: Timeline, condition: Condition, second: int) -> float | None:
    return value_over(timeline, condition, range(second, second + 1), final=False)


def _known(timeline: Timeline, condition: Condition, seconds: range) -> float | None:
    """The newest value in the last few of these seconds."""
    values = (_in_second(timeline, condition, second) for second in reversed(seconds[-SEARCHED_S:]))
    return next((value for value in values if value is not None), None)


def _found(timeline: Timeline, condition: Condition, second: int, measured: float) -> str:
    """What was measured, as a person reads it."""
    if condition.url is not None:
        return answer(timeline, second, condition.url)
    return show_for(condition, measured)


def _of_run(timeline: Timeline, condition: Condition) -> Decision:
    if condition.metric == "holds":
        return _of_fix(timeline, condition)
    measured = RUN[condition.metric](timeline, condition)
    if measured is not None or condition.metric != "time_to_recover":
        return decide(condition, measured, "over the run")
    return _not_recovered(timeline, condition)


def _of_fix(timeline: Timeline, condition: Condition) -> Decision:
    """Whether the fix holds as asked, and why it does or doesn't."""
    found = holds_for(timeline, condition)
    measured = number_of(found.value)
    if measured is None:
        return Decision(None, None, found.because)
    return Decision(measured, condition.holds(measured), f"{found.value}: {found.because}")


def _not_recovered(timeline: Timeline, condition: Condition) -> Decision:
    """Not back although watched for longer than the limit: an answer, without a figure."""
    found = find_recovery(timeline, moment_s(timeline, condition.since or TRIGGER_END))
    if found.censored_at_s is None:
        return Decision(None, None, "recovery is unknown")
    because = f"not back {found.censored_at_s:.1f} s later, when its window ended"
    if found.pending_s is not None and found.pending_s <= condition.value:
        return Decision(
            None, None, f"perhaps back after {found.pending_s:.1f} s, but the run ended too soon to know"
        )
    if found.censored_at_s - WINDOW_S < condition.value:
        return Decision(None, None, f"{because}: too soon to know")
    return Decision(None, condition.op in {">", ">="}, because)
