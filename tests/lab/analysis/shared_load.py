"""A storm written in code whose load has two customers."""

from collections.abc import Callable
from typing import Any

from lab.analysis import Timeline
from lab.drillfile import Customer
from lab.drillfile.load_model import SessionStep
from lab.journal.customer_figures import CustomerCohort, CustomerTotals, StepCohort
from lab.journal.events import CohortClosed, Event, LoadSample
from tests.lab.analysis.conftest import Storm

AFTERMATH_S = 23.2
"""When the trigger of the storm is over, in s of the run."""
STEPS = (SessionStep(name="login", path="/login"), SessionStep(name="play", path="/streaming"))


def customer(name: str, rate_rps: float, **more: Any) -> Customer:  # noqa: ANN401  Customer's
    """Of edge, at a rate."""
    steps = (SessionStep(name="request", path="/"),)
    return Customer.model_validate(
        {"name": name, "target": "edge", "rate_rps": rate_rps, "steps": steps, **more}
    )


def split(event: Event) -> Event:
    """An event of a storm with two customers: shop has 70 of 100 requests, streaming the rest.

    The storm is shop's: streaming is served again 3 s after the trigger's end. Its sessions have two steps.
    """
    if isinstance(event, CohortClosed) and event.source == "load":
        played = 30 if event.good or event.second >= AFTERMATH_S + 3 else 0
        bought = min(70, event.good)
        customers = {"shop": of(70, bought), "streaming": of(30, played, STEPS)}
        return event.model_copy(update={"good": bought + played, "customers": customers})
    if isinstance(event, LoadSample):
        customers_total = {name: totals(event, share) for name, share in (("shop", 0.7), ("streaming", 0.3))}
        return event.model_copy(update={"customers": customers_total})
    return event


def of(requests: int, good: int, steps: tuple[SessionStep, ...] = ()) -> CustomerCohort:
    """A customer's part of a second."""
    step = StepCohort(sent=requests, good=good, failed={"timeout": requests - good}, latency={"61": good})
    failed = {"timeout": requests - good} if good < requests else {}
    return CustomerCohort(
        requests=requests, sent=requests, good=good, failed=failed, latency={"61": good} if good else {},
        steps={one.name: step for one in steps},
    )  # fmt: skip


def totals(sample: LoadSample, share: float) -> CustomerTotals:
    """A customer's part of the load's counts."""
    count = round(sample.sent_total * share)
    return CustomerTotals(
        intended_total=count, sent_total=count, requests_total=count, ok_total=0, failed_total={},
        in_flight=round(sample.in_flight * share), rate_rps=100 * share,
    )  # fmt: skip


def with_customers(storm: Storm, *customers: Customer) -> Storm:
    """The same storm of these customers; by default shop, and streaming, whose sessions have two steps."""
    chosen = customers or (customer("shop", 70.0), customer("streaming", 30.0, steps=STEPS))
    load = storm.drill.load.model_copy(update={"customers": chosen})
    storm.drill = storm.drill.model_copy(update={"load": load})
    return storm


Change = Callable[[Event], Event]


def timeline_of(storm: Storm, *changes: Change, until_s: float = 1e9) -> Timeline:
    """The run as far as some moment, with both customers' figures and some changes."""
    events = [split(event) for event in storm.events() if event.t <= until_s]
    for change in changes:
        events = [change(event) for event in events]
    return Timeline.fold(events)
