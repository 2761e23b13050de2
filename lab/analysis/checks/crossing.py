"""Traffic crossed the bridge: it accepted the connections that the clients say they opened."""

from lab.analysis.checks.checker import at_least
from lab.analysis.timeline.attempts import source_of
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import role_seconds
from lab.analysis.verdict.verdict import Finding

PERCENT = 90.0


def check_crossing(timeline: Timeline) -> list[Finding]:
    """Over the baseline, where every attempt gets through. Kept-alive connections: one accepted is enough.

    Where clients can't count their attempts, the bridge must have seen one for each call.
    """
    seconds = role_seconds(timeline, "baseline")
    if source_of([sample for samples in timeline.services.values() for sample in samples]) == "bridge":
        return [
            at_least("traffic crossed the bridge", PERCENT, "% of calls seen there", _seen(timeline, seconds))
        ]
    rows = [timeline.row(second) for second in seconds]
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


def _seen(timeline: Timeline, seconds: range) -> float | None:
    """Attempts that arrived at the bridge, in percent of the clients' calls; None: not measured."""
    arrived = {
        second: timeline.seconds.counted(timeline.roles.device, "attempts", second) for second in seconds
    }
    known = {second: count for second, count in arrived.items() if count is not None}
    calls = sum(timeline.row(second).requests or 0 for second in known)
    return ratio(100 * sum(known.values()), calls)


def _pooled(timeline: Timeline) -> bool:
    services = timeline.drill.configuration.values() if timeline.drill else ()
    return any(settings.get("connections") == "pooled" for settings in services)
