"""Nothing was lost or counted twice: load sent = edge received; attempts = sum of outcomes + in flight.

Of a client that can't count its attempts (a real library) the same is asked of its calls.
"""

from collections.abc import Mapping

from lab.analysis.checks.checker import below, growth
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import ServiceSample

PERCENT = 0.5
ENDS = frozenset({"ok", "timeout", "refused", "reset", "5xx", "4xx", "other"})
"""How an attempt can end; all other outcomes are rejections by a policy, which made none."""


def check_conservation(timeline: Timeline) -> list[Finding]:
    """Over the whole run, tail included: what is still in flight is counted where it can be."""
    services = timeline.services.items()
    last = {name: samples[-1] for name, samples in services if samples and name != timeline.roles.canary}
    uncounted = {name: sample for name, sample in last.items() if sample.source == "bridge"}
    found = [*_received(timeline)]
    if uncounted:
        off = {name: _unaccounted_calls(sample) for name, sample in uncounted.items()}
        found.append(_worst("calls = outcomes + in flight", off))
    if not uncounted or any(sample.attempts_total is not None for sample in last.values()):
        off = {name: _unaccounted_percent(sample) for name, sample in last.items()}
        found.append(_worst("attempts = outcomes + in flight", off))
    return found


def _received(timeline: Timeline) -> list[Finding]:
    target = timeline.drill.load.target if timeline.drill else timeline.roles.entrance
    if any(fault.target == target and fault.traits.loses_requests for fault in timeline.faults):
        return []
    received = growth(timeline.services.get(target, []), lambda sample: sample.requests_total)
    sent = timeline.loads[-1].sent_total - timeline.loads[0].sent_total if timeline.loads else None
    off = 100 * abs(sent - received) / sent if sent and received is not None else None
    name = f"{timeline.roles.load} sent = {target} received"
    return [below(name, PERCENT, "% apart", off, f"{sent} sent, {received} received")]


def _worst(name: str, off: Mapping[str, float | None]) -> Finding:
    """The service where most is unaccounted for."""
    known = {service: percent for service, percent in off.items() if percent is not None}
    where = max(known, key=lambda service: known[service], default="")
    return below(name, PERCENT, "% apart", known.get(where), where)


def _unaccounted_percent(sample: ServiceSample) -> float | None:
    return _apart(sample, sample.attempts_total, sample.attempts_in_flight)


def _unaccounted_calls(sample: ServiceSample) -> float | None:
    return _apart(sample, sample.calls_total, sample.calls_in_flight)


def _apart(sample: ServiceSample, begun: int | None, in_flight: int | None) -> float | None:
    if begun is None or in_flight is None:
        return None
    ended = sum(count for kind, count in sample.outcomes_total.items() if kind in ENDS)
    return 100 * abs(begun - ended - in_flight) / max(1, begun)
