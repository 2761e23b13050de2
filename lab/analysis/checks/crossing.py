"""Traffic crossed the bridge: it accepted the connections that the clients say they opened."""

from lab.analysis.attempts import source_of
from lab.analysis.checks.base import at_least
from lab.analysis.row import Row
from lab.analysis.timeline import Timeline
from lab.analysis.verdict import Finding
from lab.analysis.windows import phase_seconds

PERCENT = 90.0


def check_crossing(timeline: Timeline) -> list[Finding]:
    """Over the baseline, where every attempt gets through. Kept-alive connections: one accepted is enough.

    Where only the bridge counts attempts, it must have seen one for each call.
    """
    rows = [timeline.row(second) for second in phase_seconds(timeline, "baseline")]
    if source_of([sample for samples in timeline.services.values() for sample in samples]) == "bridge":
        return [at_least("traffic crossed the bridge", PERCENT, "% of calls seen there", _seen(rows))]
    known = [row for row in rows if row.accepted is not None and row.attempts is not None]
    accepted = sum(row.accepted or 0.0 for row in known)
    attempts = sum(row.attempts or 0 for row in known)
    if not attempts:
        return [at_least("traffic crossed the bridge", PERCENT, "% of attempts accepted", None)]
    if _pooled(timeline):
        return [at_least("traffic crossed the bridge", 1, "connection", accepted, "kept-alive connections")]
    return [
        at_least("traffic crossed the bridge", PERCENT, "% of attempts accepted", 100 * accepted / attempts)
    ]


def _seen(rows: list[Row]) -> float | None:
    """Attempts that the bridge saw, in percent of the calls; None: not measured."""
    known = [row for row in rows if row.requests and row.attempts is not None]
    calls = sum(row.requests or 0 for row in known)
    return 100 * sum(row.attempts or 0 for row in known) / calls if calls else None


def _pooled(timeline: Timeline) -> bool:
    services = timeline.drill.configuration.values() if timeline.drill else ()
    return any(settings.get("connections") == "pooled" for settings in services)
