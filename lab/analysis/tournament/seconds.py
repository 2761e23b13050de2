"""Two runs laid on each other, second by second from the trigger's start."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lab.analysis.timeline.seconds import ENDED
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import judged_seconds
from lab.analysis.tournament.cell import since_trigger
from lab.journal.latency import Histogram


@dataclass(frozen=True, slots=True)
class Sample:
    """One second of a run: counts, and the latencies of its correct answers as a histogram."""

    offered: int
    good: int
    requests: int
    attempts: int | None
    outcomes: Mapping[str, float] = field(default_factory=dict)
    latency: Mapping[str, int] = field(default_factory=dict)


Both = tuple[Sample, Sample]
"""The same second of A and of B."""


def seconds_of_both(a: Timeline, b: Timeline) -> list[Both] | None:
    """The seconds since the trigger's start that both were judged in; None where one of them was not measured.

    Without a trigger in either, all judged seconds since the first.
    """
    if (a.trigger_start_s is None) != (b.trigger_start_s is None):
        return None
    pairs = list(zip(_samples(a), _samples(b), strict=False))
    if not pairs:
        return None
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    return known if len(known) == len(pairs) else None


def _samples(timeline: Timeline) -> list[Sample | None]:
    if timeline.trigger_start_s is None:
        span = judged_seconds(timeline)
    else:
        span = since_trigger(timeline)
        span = range(math.floor(timeline.trigger_start_s) + 1, span.stop)
    return [_sample(timeline, second) for second in span]


def _sample(timeline: Timeline, second: int) -> Sample | None:
    row, cohort = timeline.row(second), timeline.seconds.at(second).load
    if row.offered is None or row.provisional:
        return None
    return Sample(
        offered=row.offered,
        good=row.good or 0,
        requests=row.requests or 0,
        attempts=row.attempts,
        outcomes=row.outcomes,
        latency=cohort.latency if cohort else {},
    )


def lost_share(samples: Sequence[Sample]) -> float | None:
    """Share of what was offered that was not answered in time."""
    offered = sum(one.offered for one in samples)
    return 1 - sum(one.good for one in samples) / offered if offered else None


def amplification(samples: Sequence[Sample]) -> float | None:
    """Attempts per request."""
    requests = sum(one.requests for one in samples)
    if not requests or all(one.attempts is None for one in samples):
        return None
    return sum(one.attempts or 0 for one in samples) / requests


def latency_p99_ms(samples: Sequence[Sample]) -> float | None:
    """The 99th percentile of correct answers, ms."""
    merged = Histogram()
    for one in samples:
        merged.merge(one.latency)
    return merged.percentile(0.99)


def rejected_share(samples: Sequence[Sample]) -> float | None:
    """Share of the attempts that were wanted which a policy forbade."""
    ends = sum(count for one in samples for kind, count in one.outcomes.items() if kind in ENDED)
    rejected = sum(count for one in samples for kind, count in one.outcomes.items() if kind not in ENDED)
    return rejected / (ends + rejected) if ends + rejected else None


def wasted_attempts_share(samples: Sequence[Sample]) -> float | None:
    """Share of the attempts that ended which came to nothing."""
    ends = sum(count for one in samples for kind, count in one.outcomes.items() if kind in ENDED)
    return 1 - sum(one.outcomes.get("ok", 0.0) for one in samples) / ends if ends else None
