"""What is judged of single customers: figures, conditions, checks, faults that are aimed at one.

Tests lab.analysis.timeline.of_customer, lab.analysis.verdict.customers and the checks offered and conservation.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chaos.faults.surge import Surge
from lab.analysis import Timeline, judge
from lab.analysis.checks.conservation import check_conservation
from lab.analysis.checks.fault_effect import check_fault_effect
from lab.analysis.checks.offered import check_offered
from lab.analysis.metrics.recovery import find_recovery
from lab.analysis.metrics.stuck import find_stuck
from lab.analysis.timeline.of_customer import of_customer
from lab.analysis.verdict.conditions import evaluate, watch
from lab.analysis.verdict.verdict import Finding
from lab.drillfile.condition import Condition
from lab.drillfile.metrics import METRICS, OF_CUSTOMERS
from lab.journal.customer_figures import CustomerCohort
from lab.journal.events import (
    ActionChanged,
    CohortClosed,
    CohortProvisional,
    Event,
    LoadSample,
    ServiceSample,
)
from tests.lab.analysis.conftest import Storm
from tests.lab.analysis.shared_load import AFTERMATH_S, Change, customer, timeline_of, with_customers


@pytest.fixture
def shared(storm: Storm) -> Storm:
    """A storm whose load has two customers."""
    return with_customers(storm)


def condition(metric: str, op: str, value: float, **more: Any) -> Condition:  # noqa: ANN401  Condition's
    """A condition about streaming."""
    written = {"metric": metric, "op": op, "value": value, "text": f"{op} {value:g}", "customer": "streaming"}
    return Condition.model_validate({**written, **more})


def finding(found: list[Finding], name: str) -> Finding:
    """The one of this name."""
    return next(one for one in found if one.name == name)


@pytest.mark.slow
def test_a_customer_has_its_own_storm(shared: Storm) -> None:
    """Shop is stuck until it is guarded, streaming is back 3 s after the trigger; together they are neither."""
    run = timeline_of(shared)
    shop, streaming = of_customer(run, "shop"), of_customer(run, "streaming")
    assert (find_stuck(shop).value, find_stuck(streaming).value, find_stuck(run).value) == (True, False, True)
    assert find_recovery(streaming, AFTERMATH_S).pending_s == pytest.approx(3.8)
    assert find_recovery(shop, AFTERMATH_S).pending_s is None
    assert (streaming.row(30).offered, streaming.row(30).good, shop.row(30).good) == (30, 30, 0)
    assert streaming.row(30).accept_queue == run.row(30).accept_queue
    assert streaming.row(30).in_flight == 30
    assert (run.row(30).offered, run.row(30).good) == (100, 30), "the view changes nothing of the run"


@pytest.mark.slow
def test_the_verdict_has_the_figures_of_each_customer(shared: Storm) -> None:
    """Over the run, in each phase, and of each step; they survive JSON."""
    verdict = judge(timeline_of(shared))
    shop, streaming = verdict.metrics.customers["shop"], verdict.metrics.customers["streaming"]
    assert (shop.offered_rps, shop.stuck, shop.goodput_after_trigger_rps) == (70.0, True, 0.0)
    assert (streaming.offered_rps, streaming.stuck, streaming.goodput_after_trigger_rps) == (
        30.0,
        False,
        30.0,
    )
    assert (shop.time_to_recover_s is None, streaming.steps["login"].sent % 30) == (False, 0)
    assert list(streaming.steps) == ["login", "play"]
    assert streaming.failed == {"timeout": streaming.steps["play"].failed["timeout"]}
    assert shop.steps == {}
    phases = {phase.name: phase.customers for phase in verdict.phases}
    assert (phases["trigger"]["shop"].goodput_rps, phases["trigger"]["shop"].error_ratio) == (0.0, 1.0)
    assert phases["baseline"]["streaming"].goodput_rps == 30.0
    told = json.loads(verdict.model_dump_json())
    assert told["metrics"]["customers"]["streaming"]["steps"]["play"]["sent"] > 0


@pytest.mark.slow
def test_a_run_without_customers_has_none(storm: Storm) -> None:
    """Nothing is made up, and no check asks."""
    run = Timeline.fold(storm.events())
    assert judge(run).metrics.customers == {}
    names = {one.name for one in (*check_offered(run), *check_conservation(run))}
    assert not names & {"customers = load in all", "customers' schedules"}


@pytest.mark.parametrize(
    ("asked", "met", "measured"),
    [
        (condition("goodput", ">=", 0.98, of="offered", during="aftermath", last_s=5.0), True, 1.0),
        (
            condition("goodput", ">=", 0.98, of="offered", during="aftermath", last_s=5.0, customer="shop"),
            False,
            0.0,
        ),
        (
            condition("goodput", ">=", 0.98, of="offered", during="aftermath", last_s=5.0, customer=None),
            False,
            0.3,
        ),
        (condition("offered", "==", 30.0, during="baseline"), True, 30.0),
        (condition("error_ratio", "<", 0.02, during="trigger"), False, 1.0),
        (condition("latency_p99", "<", 50.0, during="baseline"), True, pytest.approx(19.6, abs=0.5)),
        (condition("stuck", "==", 1.0), False, 0.0),
        (condition("stuck", "==", 1.0, customer="shop"), True, 1.0),
        (condition("time_to_recover", "<=", 5.0, since="mitigation"), True, pytest.approx(0.75)),
        (
            condition("time_to_recover", "<=", 5.0, since="mitigation", customer="shop"),
            False,
            pytest.approx(6.75),
        ),
        (condition("goodput", "<", 1.0, stat="min", during="trigger"), True, 0.0),
    ],
    ids=str,
)
@pytest.mark.slow
def test_a_condition_can_name_a_customer(shared: Storm, asked: Condition, met: bool, measured: float) -> None:  # noqa: FBT001
    """Its share of offered is of what the customer offered."""
    decision = evaluate(timeline_of(shared), asked)
    assert (decision.met, decision.measured) == (met, measured)


@pytest.mark.slow
def test_a_live_condition_can_name_a_customer(shared: Storm) -> None:
    """Abort-if decides on provisional cohorts, too: here shop's are bad, streaming's good."""

    def provisional(event: Event) -> Event:
        if not isinstance(event, CohortClosed):
            return event
        figures = event.model_dump(exclude={"type", "latency_all"})
        return CohortProvisional.model_validate(figures)

    run = timeline_of(shared, provisional, until_s=41.0)
    low = condition("goodput", "<", 0.05, of="offered", for_s=2.0)
    assert watch(run, low).met is False
    assert watch(run, low.model_copy(update={"customer": "shop"})).met is True


@pytest.mark.slow
def test_every_metric_of_customers_is_one_that_each_has(shared: Storm) -> None:
    """Measured for both; it says whose it is."""
    run = timeline_of(shared)
    for name in sorted(OF_CUSTOMERS):
        assert METRICS[name].of_customer
        during = {"during": "baseline"} if not METRICS[name].whole_run else {"since": "mitigation"}
        asked = condition(name, "<=", 1e6, **during)
        assert evaluate(run, asked).measured is not None, name
        assert str(asked).startswith(f"{name} of streaming")


def of_load(**changes: Callable[[CohortClosed], Any]) -> Change:
    """The cohorts of the load, with some fields made anew."""

    def change(event: Event) -> Event:
        if not isinstance(event, CohortClosed) or event.source != "load":
            return event
        return event.model_copy(update={key: make(event) for key, make in changes.items()})

    return change


def with_streaming(**fields: Any) -> Change:  # noqa: ANN401  CustomerCohort's
    """Streaming's part of each cohort, with some fields changed; the load's own figures stay."""

    def customers(event: CohortClosed) -> dict[str, CustomerCohort]:
        own = event.customers["streaming"].model_copy(update=fields)
        return {**event.customers, "streaming": own}

    return of_load(customers=customers)


@pytest.mark.slow
def test_the_arrivals_of_each_customer_must_be_started(shared: Storm) -> None:
    """One of which 1 % was not is found, though it is 0.3 % of all."""
    assert finding(check_offered(timeline_of(shared)), "arrivals started").ok is True
    late = finding(check_offered(timeline_of(shared, with_streaming(sent=29))), "arrivals started")
    assert (late.ok, late.detail.endswith("of streaming")) == (False, True)


@pytest.mark.slow
def test_each_customers_schedule_must_be_what_the_drill_wants(shared: Storm) -> None:
    """Half of streaming's arrivals in the baseline: more than chance, though all else is right."""
    good = finding(check_offered(timeline_of(shared)), "customers' schedules")
    assert (good.ok, good.measured) == (True, 0.0)
    half = finding(
        check_offered(timeline_of(shared, with_streaming(requests=15, sent=15))), "customers' schedules"
    )
    assert (half.ok, half.detail) == (False, "most of streaming")


@pytest.mark.slow
def test_customers_add_up_to_the_load(shared: Storm) -> None:
    """A session counted for none, or for two, is found; so is a load that tells nothing of its customers."""
    name = "customers = load in all"
    assert finding(check_conservation(timeline_of(shared)), name).ok is True
    assert finding(check_conservation(timeline_of(shared, with_streaming(requests=31))), name).ok is False
    assert finding(check_conservation(timeline_of(shared, with_streaming(good=29))), name).ok is False
    assert finding(check_conservation(timeline_of(shared, of_load(customers=lambda _: {}))), name).ok is False


def received(service: str, factor: float) -> Change:
    """A service counted so many times what it had."""

    def change(event: Event) -> Event:
        if not isinstance(event, ServiceSample) or event.service != service:
            return event
        return event.model_copy(update={"requests_total": round(event.requests_total * factor)})

    return change


def two_steps(event: Event) -> Event:
    """Each session of streaming sent two requests, so that the load sent 1.3 for each session."""
    if not isinstance(event, LoadSample):
        return event
    own = event.customers["streaming"]
    streaming = own.model_copy(update={"requests_total": 2 * own.sent_total})
    update = {
        "customers": {**event.customers, "streaming": streaming},
        "requests_total": event.sent_total + own.sent_total,
    }
    return event.model_copy(update=update)


@pytest.mark.slow
def test_every_request_of_a_session_arrives(shared: Storm) -> None:
    """Requests are compared, not sessions."""
    name = "load sent = edge received"
    assert finding(check_conservation(timeline_of(shared, two_steps, received("edge", 1.3))), name).ok is True
    assert finding(check_conservation(timeline_of(shared, two_steps)), name).ok is False
    assert finding(check_conservation(timeline_of(shared, received("edge", 1.3))), name).ok is False


@pytest.mark.slow
def test_each_target_received_what_was_sent_to_it(shared: Storm) -> None:
    """Of a target that others call as well, at least that."""
    customers = (customer("shop", 70.0), customer("streaming", 30.0, target="storefront"))
    with_customers(shared, *customers)
    found = check_conservation(timeline_of(shared, received("edge", 0.7)))
    assert finding(found, "load sent = edge received").ok is True
    assert finding(found, "load sent <= storefront received").ok is True
    found = check_conservation(timeline_of(shared, received("storefront", 0.2)))
    assert finding(found, "load sent = edge received").ok is False
    assert finding(found, "load sent <= storefront received").ok is False


@pytest.mark.parametrize(("of_whom", "ok"), [("streaming", True), ("shop", False), (None, False)])
@pytest.mark.slow
def test_a_surge_of_one_customer_must_be_seen_there(shared: Storm, of_whom: str | None, ok: bool) -> None:  # noqa: FBT001
    """Streaming's arrivals are tripled in the aftermath: that is a surge of streaming, and of no one else."""
    surge = Surge(factor=3.0, of=of_whom)

    def rush(event: Event) -> Event:
        if not isinstance(event, ActionChanged) or event.name != "rush":
            return event
        told = {"kind": "load", "target": "load", "params": surge.model_dump(), "traits": surge.traits()}
        return event.model_copy(update={**told, "t": 35.0 if event.state == "reverted" else 25.0})

    def surged(event: Event) -> Event:
        if not isinstance(event, CohortClosed) or event.source != "load" or not 25 <= event.second < 35:
            return event
        own = event.customers["streaming"].model_copy(update={"requests": 90, "sent": 90})
        update = {"requests": 160, "sent": 160, "customers": {**event.customers, "streaming": own}}
        return event.model_copy(update=update)

    step = shared.drill.method[0].model_copy(update={"name": "rush", "kind": "load", "what": "surge"})
    shared.drill = shared.drill.model_copy(update={"method": (*shared.drill.method, step)})
    found = check_fault_effect(timeline_of(shared, surged, rush))
    assert finding(found, "fault effect: rush").ok is ok


@pytest.mark.slow
def test_a_customers_surge_is_measured_against_its_rate(shared: Storm) -> None:
    """Not against seconds that happened to have more: streaming at 36/s in the baseline, 84/s in its surge x 3."""
    surge = Surge(factor=3.0, of="streaming")

    def rush(event: Event) -> Event:
        if not isinstance(event, ActionChanged) or event.name != "rush":
            return event
        told = {"kind": "load", "target": "load", "params": surge.model_dump(), "traits": surge.traits()}
        return event.model_copy(update={**told, "t": 35.0 if event.state == "reverted" else 25.0})

    def varied(event: Event) -> Event:
        if not isinstance(event, CohortClosed) or event.source != "load":
            return event
        count = 84 if 25 <= event.second < 35 else 36 if event.second < 13 else 30
        own = event.customers["streaming"].model_copy(update={"requests": count, "sent": count})
        return event.model_copy(update={"customers": {**event.customers, "streaming": own}})

    step = shared.drill.method[0].model_copy(update={"name": "rush", "kind": "load", "what": "surge"})
    shared.drill = shared.drill.model_copy(update={"method": (*shared.drill.method, step)})
    seen = finding(check_fault_effect(timeline_of(shared, varied, rush)), "fault effect: rush")
    assert (seen.ok, seen.measured) == (True, 90.0)
