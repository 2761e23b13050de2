"""Recovered: the start of the first 5 s window >= 95 % good that is followed by 10 s >= 90 % (docs/definitions.md)."""

from dataclasses import dataclass

from lab.analysis.metrics.stuck import emptied_queue
from lab.analysis.timeline.moments import helping_s, until_s
from lab.analysis.timeline.seconds import WINDOW_S
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import good_share, whole_seconds

GOOD_FROM = 0.95
GOOD_AFTERWARDS = 0.90
AFTERWARDS_S = 10


@dataclass(frozen=True, slots=True)
class Recovery:
    """When service was back.

    Attributes:
        since_s: run time that the others count from.
        time_s: until service was back; None: it was not, or that is undetermined.
        censored_at_s: it was not back, and was watched that long.
        pending_s: it may have been back from here on: the 10 s that must follow had not passed.
    """

    since_s: float | None
    time_s: float | None = None
    censored_at_s: float | None = None
    pending_s: float | None = None


def default_since_s(timeline: Timeline) -> float | None:
    """What recovery is counted from where a drill does not say: the mitigation, else the trigger's end."""
    helped_s = helping_s(timeline)
    return timeline.trigger_end_s if helped_s is None else helped_s


def find_recovery(timeline: Timeline, since_s: float | None, *, emptied: bool | None = None) -> Recovery:
    """When service was back, by final cohorts only.

    Args:
        timeline: the run.
        since_s: from when; the window ends with the next mitigation, and when the trigger comes again.
        emptied: whether the end of the trigger emptied the queue, so that recovery proves nothing; None: whether that
            of the first trigger did.
    """
    if since_s is None or (emptied_queue(timeline) if emptied is None else emptied):
        return Recovery(since_s)
    span = whole_seconds(since_s, until_s(timeline, since_s) or since_s)
    pending_s = None
    for start in span[: max(0, len(span) - WINDOW_S + 1)]:
        after = range(start + WINDOW_S, min(start + WINDOW_S + AFTERWARDS_S, span.stop))
        back = _at_least(timeline, range(start, start + WINDOW_S), GOOD_FROM)
        if not back or (len(after) > 0 and not _at_least(timeline, after, GOOD_AFTERWARDS)):
            continue
        if len(after) == AFTERWARDS_S:
            return Recovery(since_s, time_s=start - since_s)
        pending_s = start - since_s if pending_s is None else pending_s
    watched = [second for second in span if good_share(timeline, range(second, second + 1)) is not None]
    censored_at_s = max(watched) + 1 - since_s if watched else None
    return Recovery(since_s, censored_at_s=censored_at_s, pending_s=pending_s)


def _at_least(timeline: Timeline, span: range, limit: float) -> bool:
    share = good_share(timeline, span)
    return share is not None and share >= limit
