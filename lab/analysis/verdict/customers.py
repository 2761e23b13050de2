"""The figures of each customer of the load, by the functions that make those of all."""

from collections import Counter

from lab.analysis.metrics.evaluators import SERIES
from lab.analysis.metrics.recovery import default_since_s, find_recovery
from lab.analysis.metrics.stuck import find_stuck
from lab.analysis.timeline.of_customer import of_customer
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import judged_seconds, per_second, role_seconds
from lab.analysis.verdict.customer_verdict import CustomerFigures, CustomerInPhase, StepFigures
from lab.analysis.verdict.figure_spans import aftermath, trigger_seconds
from lab.analysis.verdict.rounding import short
from lab.journal.customer_figures import StepCohort
from lab.journal.latency import Histogram


def customers_of(timeline: Timeline) -> tuple[str, ...]:
    """The names of the load's customers; none where it is one arrival process without a name."""
    return timeline.drill.load.names if timeline.drill else ()


def make_customers(timeline: Timeline) -> dict[str, CustomerFigures]:
    """The figures of each customer over the run."""
    return {name: _figures(timeline, name) for name in customers_of(timeline)}


def customers_in(timeline: Timeline, seconds: range) -> dict[str, CustomerInPhase]:
    """The figures of each customer over some seconds."""
    return {name: _over(of_customer(timeline, name), seconds) for name in customers_of(timeline)}


def _figures(timeline: Timeline, name: str) -> CustomerFigures:
    view = of_customer(timeline, name)
    baseline = role_seconds(view, "baseline")
    stuck, recovery = find_stuck(view), find_recovery(view, default_since_s(view))
    return CustomerFigures(
        offered_rps=short(per_second(view, baseline, "offered")),
        goodput_baseline_rps=short(per_second(view, baseline, "good")),
        goodput_trigger_rps=short(per_second(view, trigger_seconds(view), "good")),
        goodput_after_trigger_rps=short(per_second(view, aftermath(view), "good")),
        stuck=stuck.value,
        stuck_s=short(stuck.stuck_s),
        time_to_recover_s=short(recovery.time_s),
        censored_at_s=short(recovery.censored_at_s),
        back_from_s=short(recovery.pending_s),
        latency_p50_ms=short(SERIES["latency_p50"](view, baseline, final=True)),
        latency_p99_ms=short(SERIES["latency_p99"](view, baseline, final=True)),
        failed=_failed(view),
        steps=_steps(timeline, name),
    )


def _over(view: Timeline, seconds: range) -> CustomerInPhase:
    names = {"offered_rps": "offered", "goodput_rps": "goodput", "error_ratio": "error_ratio"}
    names |= {"latency_p50_ms": "latency_p50", "latency_p99_ms": "latency_p99"}
    return CustomerInPhase(
        **{field: short(SERIES[metric](view, seconds, final=True)) for field, metric in names.items()}
    )


def _failed(view: Timeline) -> dict[str, int]:
    failed = Counter[str]()
    for second in judged_seconds(view):
        failed.update(view.row(second).failed)
    return dict(sorted(failed.items()))


def _steps(timeline: Timeline, name: str) -> dict[str, StepFigures]:
    """In the order of the session."""
    cohorts: dict[str, list[StepCohort]] = {}
    for second in judged_seconds(timeline):
        load = timeline.seconds.at(second).load
        own = load.customers.get(name) if load else None
        for step, cohort in (own.steps if own else {}).items():
            cohorts.setdefault(step, []).append(cohort)
    customer = timeline.drill.load.customer(name) if timeline.drill else None
    order = dict.fromkeys(step.name for step in customer.steps) if customer else {}
    return {step: _step(cohorts[step]) for step in order if step in cohorts}


def _step(cohorts: list[StepCohort]) -> StepFigures:
    failed, latency = Counter[str](), Histogram()
    for cohort in cohorts:
        failed.update(cohort.failed)
        latency.merge(cohort.latency)
    return StepFigures(
        sent=sum(cohort.sent for cohort in cohorts),
        good=sum(cohort.good for cohort in cohorts),
        failed=dict(sorted(failed.items())),
        latency_p50_ms=short(latency.percentile(0.5)),
        latency_p99_ms=short(latency.percentile(0.99)),
    )
