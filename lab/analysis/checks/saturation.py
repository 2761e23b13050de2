"""A storm was the bridge's: >= 90 % of its cap all through a stuck aftermath, no one waiting behind it."""

from lab.analysis.checks.checker import at_least
from lab.analysis.metrics.stuck import find_stuck
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import sliding
from lab.analysis.verdict.verdict import Finding

BUSY_PERCENT = 90.0
QUEUE = 1.0
"""Requests waiting behind the bridge, on average: near 0."""


def check_saturation(timeline: Timeline) -> list[Finding]:
    """The least busy 5 s window counts; nothing to check where the system was not stuck."""
    stuck = find_stuck(timeline)
    if not stuck.value:
        return []
    busy = [_mean([timeline.row(s).bridge_utilization for s in window]) for window in sliding(stuck.seconds)]
    known = [share for share in busy if share is not None]
    queue = _mean([timeline.row(second).queue_depth for second in stuck.seconds])
    least = 100 * min(known) if known and len(known) == len(busy) else None
    return [
        at_least("bridge utilization while stuck", BUSY_PERCENT, "% of its cap", least, "least of any 5 s"),
        Finding(
            name="queue behind the bridge while stuck",
            limit=f"<= {QUEUE:g} waiting",
            measured=None if queue is None else round(queue, 2),
            ok=None if queue is None else queue <= QUEUE,
        ),
    ]


def _mean(values: list[float | None] | list[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
