"""Attempts since the trigger's start: how many were made, came to nothing, or were forbidden by a policy."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lab.analysis.checks.checker import growth, within
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.seconds import ENDED
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import ServiceSample


@dataclass(frozen=True, slots=True)
class AttemptTotals:
    """Sums over all client services. None: not measured (the bridge counts attempts, but not how they ended)."""

    rejected: float | None = None
    rejected_share: float | None = None
    rejected_by: dict[str, float] = field(default_factory=dict)
    wasted_attempts: float | None = None
    wasted_attempts_share: float | None = None


def count_attempts(timeline: Timeline) -> AttemptTotals:
    """What the clients' cumulative counters grew by, from the trigger's start to the end of the last phase."""
    if timeline.first_s is None or timeline.trigger_start_s is None:
        return AttemptTotals()
    span = (timeline.trigger_start_s, timeline.first_s[1])
    ended: dict[str, float] = {}
    for service, samples in timeline.services.items():
        if service in timeline.roles.aside or not samples or samples[-1].attempts_total is None:
            continue
        if not samples[-1].outcomes_total:
            return AttemptTotals()
        for kind, count in _outcomes(within(samples, span)).items():
            ended[kind] = ended.get(kind, 0.0) + count
    if not ended:
        return AttemptTotals()
    tried = sum(count for kind, count in ended.items() if kind in ENDED)
    rejected_by = {kind: count for kind, count in sorted(ended.items()) if kind not in ENDED and count}
    rejected = float(sum(rejected_by.values()))
    wasted_attempts = tried - ended.get("ok", 0.0)
    return AttemptTotals(
        rejected=rejected,
        rejected_share=ratio(rejected, tried + rejected),
        rejected_by=rejected_by,
        wasted_attempts=wasted_attempts,
        wasted_attempts_share=ratio(wasted_attempts, tried),
    )


def _outcomes(samples: list[ServiceSample]) -> dict[str, float]:
    """By how much each kind grew; one that is missing in a sample had not happened yet."""
    kinds = {kind for sample in samples for kind in sample.outcomes_total}
    grown = {kind: growth(samples, _total_of(kind)) for kind in kinds}
    return {kind: count for kind, count in grown.items() if count is not None}


def _total_of(kind: str) -> Callable[[ServiceSample], float]:
    return lambda sample: sample.outcomes_total.get(kind, 0)
