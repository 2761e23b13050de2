"""Blind seconds of a span: how many, and the longest run of them. Unknown where too many were not measured."""

from collections.abc import Callable
from dataclasses import dataclass

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched

UNMEASURED_SHARE = 0.02
"""More seconds without a measurement than this share of all: nothing is known."""

Sight = Callable[[Timeline, Watched, int], bool | None]
"""Whether a plane was blind in a second; None: not measured."""


@dataclass(frozen=True, slots=True)
class Blindness:
    """Seconds, out of those of a span; those without a measurement are neither blind nor sighted, and end no run."""

    stale_s: int | None
    longest_s: int | None


def count_stale(timeline: Timeline, watched: Watched, span: range, sight: Sight) -> Blindness:
    """How blind the plane was over a span."""
    seen = [sight(timeline, watched, second) for second in span]
    unmeasured = seen.count(None)
    if not seen or unmeasured > UNMEASURED_SHARE * len(seen):
        return Blindness(None, None)
    longest = run = 0
    for was_stale in seen:
        run = run if was_stale is None else run + 1 if was_stale else 0
        longest = max(longest, run)
    return Blindness(seen.count(True), longest)
