"""The load did what was asked: at least 99.5 % of each phase's arrivals started, lag p99 under 50 ms."""

from lab.analysis.checks.checker import at_least, below, most_of, within
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding

STARTED_PERCENT = 99.5
LAG_MS = 50.0


def check_offered(timeline: Timeline) -> list[Finding]:
    """The worst phase counts."""
    shares = {span.name: _started_percent(timeline, span.name) for span in timeline.phases}
    known = {name: share for name, share in shares.items() if share is not None}
    worst = min(known, key=lambda name: known[name], default=None)
    measured = known[worst] if worst is not None and len(known) == len(shares) else None
    lags = [s.lag_p99_ms for s in within(timeline.loads, timeline.judged) if s.lag_p99_ms is not None]
    return [
        at_least("arrivals started", STARTED_PERCENT, "%", measured, f"least in {worst}" if worst else ""),
        below("load's lag p99", LAG_MS, "ms", most_of(lags), "of 95 % of the seconds"),
    ]


def _started_percent(timeline: Timeline, phase: str) -> float | None:
    rows = [row for row in timeline.rows if row.phase == phase and not row.provisional]
    offered = sum(row.offered for row in rows if row.offered is not None)
    return 100 * sum(row.sent or 0 for row in rows) / offered if offered else None
