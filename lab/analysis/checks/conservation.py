"""Nothing was lost or counted twice: load sent = edge received; attempts = sum of outcomes + in flight.

What a load sends are requests: as many as its sessions have steps. Its customers add up to what it counts in all.
Of a client that can't count its attempts (a real library) the same is asked of its calls.
"""

from collections.abc import Iterable, Mapping

from lab.analysis.checks.checker import below, growth
from lab.analysis.timeline.seconds import ENDED
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import judged_seconds
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import LoadSample, ServiceSample
from lab.topology.roles import Role

PERCENT = 0.5


def check_conservation(timeline: Timeline) -> list[Finding]:
    """Over the whole run, tail included: what is still in flight is counted where it can be."""
    services = timeline.services.items()
    last = {name: samples[-1] for name, samples in services if samples and name != timeline.roles.canary}
    uncounted = {name: sample for name, sample in last.items() if sample.source == "bridge"}
    found = [*_received(timeline), *_added_up(timeline)]
    if uncounted:
        off = {name: _unaccounted_calls(sample) for name, sample in uncounted.items()}
        found.append(_worst("calls = outcomes + in flight", off))
    if not uncounted or any(sample.attempts_total is not None for sample in last.values()):
        off = {name: _unaccounted_percent(sample) for name, sample in last.items()}
        found.append(_worst("attempts = outcomes + in flight", off))
    return found


def _received(timeline: Timeline) -> list[Finding]:
    """What the load sent to each of its targets has arrived there; a target that others call may receive more."""
    targets = timeline.drill.load.targets if timeline.drill else (timeline.roles.entrance,)
    losing = (fault.target for fault in timeline.faults if fault.traits.loses_requests)
    deaf = {role for target in losing for role in timeline.roles.named_by(target)}
    return [_received_at(timeline, target) for target in targets if target not in deaf]


def _received_at(timeline: Timeline, target: str) -> Finding:
    received = growth(timeline.services.get(target, []), lambda sample: sample.requests_total)
    sent = _sent_to(timeline, target)
    load, called = timeline.roles.load, any(target in role.calls for name, role in _callers(timeline))
    apart = None if sent is None or received is None else sent - received if called else abs(sent - received)
    off = 100 * max(0.0, apart) / sent if sent and apart is not None else None
    name = f"{load} sent {'<=' if called else '='} {target} received"
    return below(name, PERCENT, "% apart", off, f"{sent} sent, {received} received")


def _callers(timeline: Timeline) -> Iterable[tuple[str, Role]]:
    """Who calls others, apart from the load."""
    return ((name, role) for name, role in timeline.roles.items() if name != timeline.roles.load)


def _sent_to(timeline: Timeline, target: str) -> int | None:
    """Requests that the load sent to a target: by those customers whose target it is, where it has any."""
    if not timeline.loads:
        return None
    customers = timeline.drill.load.customers if timeline.drill else ()
    names = [customer.name for customer in customers if customer.target == target]
    if len(names) == len(customers):
        return _requests(timeline.loads[-1]) - _requests(timeline.loads[0])
    return sum(
        _requests_of(timeline.loads[-1], name) - _requests_of(timeline.loads[0], name) for name in names
    )


def _requests(sample: LoadSample) -> int:
    return sample.sent_total if sample.requests_total is None else sample.requests_total


def _requests_of(sample: LoadSample, customer: str) -> int:
    totals = sample.customers.get(customer)
    return totals.requests_total if totals else 0


def _added_up(timeline: Timeline) -> list[Finding]:
    """What customers had scheduled, and good, is together what the load had."""
    if not (timeline.drill and timeline.drill.load.customers):
        return []
    seen = (timeline.seconds.at(second).load for second in judged_seconds(timeline))
    cohorts = [cohort for cohort in seen if cohort is not None]
    off = {
        what: _apart_percent(
            sum(getattr(cohort, what) for cohort in cohorts),
            sum(getattr(own, what) for cohort in cohorts for own in cohort.customers.values()),
        )
        for what in ("requests", "good")
    }
    return [_worst("customers = load in all", off)]


def _apart_percent(whole: int, parts: int) -> float | None:
    return 100 * abs(whole - parts) / whole if whole else None


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
    ended = sum(count for kind, count in sample.outcomes_total.items() if kind in ENDED)
    return 100 * abs(begun - ended - in_flight) / max(1, begun)
