"""Nothing was lost or counted twice: load sent = edge received; attempts = sum of outcomes + in flight."""

from lab.analysis.checks.base import below, growth
from lab.analysis.seconds import CANARY
from lab.analysis.timeline import Timeline
from lab.analysis.verdict import Finding
from lab.journal.events import ServiceSample

PERCENT = 0.5
ENDS = frozenset({"ok", "timeout", "refused", "reset", "5xx", "4xx", "other"})
"""How an attempt can end; all other outcomes are rejections by a policy, which made none."""
DEAF = frozenset({"pause", "kill", "down", "reset", "black-hole"})
"""Faults that keep requests from being counted by the service they are meant for."""


def check_conservation(timeline: Timeline) -> list[Finding]:
    """Over the whole run, tail included: what is still in flight is counted where it can be."""
    return [*_received(timeline), _attempts(timeline)]


def _received(timeline: Timeline) -> list[Finding]:
    target = timeline.drill.load.target if timeline.drill else "edge"
    if any(fault.target == target and fault.fault in DEAF for fault in timeline.faults):
        return []
    received = growth(timeline.services.get(target, []), lambda sample: sample.requests_total)
    sent = timeline.loads[-1].sent_total - timeline.loads[0].sent_total if timeline.loads else None
    off = 100 * abs(sent - received) / sent if sent and received is not None else None
    return [below("load sent = edge received", PERCENT, "% apart", off, f"{sent} sent, {received} received")]


def _attempts(timeline: Timeline) -> Finding:
    worst, where = None, ""
    for service, samples in timeline.services.items():
        off = _unaccounted_percent(samples[-1]) if samples and service != CANARY else None
        if off is not None and (worst is None or off > worst):
            worst, where = off, service
    return below("attempts = outcomes + in flight", PERCENT, "% apart", worst, where)


def _unaccounted_percent(sample: ServiceSample) -> float | None:
    if sample.attempts_total is None or sample.attempts_in_flight is None:
        return None
    ended = sum(count for kind, count in sample.outcomes_total.items() if kind in ENDS)
    return (
        100 * abs(sample.attempts_total - ended - sample.attempts_in_flight) / max(1, sample.attempts_total)
    )
