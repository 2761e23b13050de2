"""The load did what was asked: at least 99.5 % of each phase's arrivals started, lag p99 under 50 ms.

Of customers, each is asked the same, and whether its schedule is the one that the drill wants: its arrivals in the
baseline are a sample of a Poisson process, so they lie within 5 standard deviations of rate x seconds (one of 1.7
million does not).
"""

import math

from lab.analysis.checks.checker import at_least, below, most_of, within
from lab.analysis.timeline.of_customer import of_customer
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import role_seconds, total
from lab.analysis.verdict.verdict import Finding
from lab.drillfile.load_model import Customer

STARTED_PERCENT = 99.5
LAG_MS = 50.0
DEVIATIONS = 5.0


def check_offered(timeline: Timeline) -> list[Finding]:
    """The worst phase counts, and of several customers the worst of them."""
    lags = [s.lag_p99_ms for s in within(timeline.loads, timeline.judged) if s.lag_p99_ms is not None]
    return [
        _started(timeline),
        *_schedules(timeline),
        below("load's lag p99", LAG_MS, "ms", most_of(lags), "of 95 % of the seconds"),
    ]


def _started(timeline: Timeline) -> Finding:
    customers = timeline.drill.load.names if timeline.drill else ()
    views = {f" of {name}": of_customer(timeline, name) for name in customers} or {"": timeline}
    shares = {
        f"{span.name}{whose}": _started_percent(view, span.name)
        for whose, view in views.items()
        for span in timeline.phases
    }
    known = {name: share for name, share in shares.items() if share is not None}
    measured_all = len(known) == len(shares) or bool(customers and known)
    worst = min(known, key=lambda name: known[name], default=None)
    measured = known[worst] if worst is not None and measured_all else None
    return at_least("arrivals started", STARTED_PERCENT, "%", measured, f"least in {worst}" if worst else "")


def _started_percent(timeline: Timeline, phase: str) -> float | None:
    rows = [row for row in timeline.rows if row.phase == phase and not row.provisional]
    offered = sum(row.offered for row in rows if row.offered is not None)
    return 100 * sum(row.sent or 0 for row in rows) / offered if offered else None


def _schedules(timeline: Timeline) -> list[Finding]:
    """How far each customer's arrivals are from what the drill wants, in standard deviations."""
    customers = timeline.drill.load.customers if timeline.drill else ()
    if not customers:
        return []
    off = {customer.name: _deviations(timeline, customer) for customer in customers}
    known = {name: far for name, far in off.items() if far is not None}
    worst = max(known, key=lambda name: known[name], default="")
    measured = known.get(worst) if len(known) == len(off) else None
    return [
        below("customers' schedules", DEVIATIONS, "standard deviations", measured, f"most of {worst}".strip())
    ]


def _deviations(timeline: Timeline, customer: Customer) -> float | None:
    seconds = role_seconds(timeline, "baseline")
    offered = total(of_customer(timeline, customer.name), seconds, "offered")
    wanted = customer.rate_rps * len(seconds)
    return None if offered is None or not wanted else abs(offered - wanted) / math.sqrt(wanted)
