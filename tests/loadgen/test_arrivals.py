"""Each customer's arrivals are its own: seeded by the run and its name, whoever else is there."""

import time
from collections.abc import Callable

import gevent
import pytest

from loadgen.arrival import Arrival
from loadgen.arrivals import Arrivals
from loadgen.customer import ALL, Customer
from loadgen.load import LoadProcess
from loadgen.load_settings import Settings
from loadgen.rate import Rate
from loadgen.tally import LoadTally

SHOP, STREAMING = Customer("shop", 60.0), Customer("streaming", 40.0)


def arrived(settings: Settings, until_s: float = 2.0, name: str = "0/0") -> dict[str, list[float]]:
    """By customer, the intended starts up to a moment, in s from the beginning."""
    seen: dict[str, list[float]] = {}
    now_s = 1000.0

    def send(arrival: Arrival) -> None:
        seen.setdefault(arrival.customer.name, []).append(round(arrival.intended_s - now_s, 6))

    arrivals = Arrivals(name, LoadTally(), send)
    rates = {one.name: Rate.constant(settings.asked_of(one)) for one in settings.processes}
    arrivals.apply(settings, rates, now_s)
    arrivals._start_due(now_s + until_s)
    gevent.sleep(0)
    return seen


def test_a_load_without_customers_is_what_it_always_was() -> None:
    """The intended starts of seed 7, as in `test_load_schedule`."""
    assert arrived(Settings(seed=7), 0.03) == {ALL: [0.002625, 0.016047]}


@pytest.mark.slow
def test_another_customer_changes_nothing_of_a_schedule() -> None:
    """Neither its starts nor how often it comes; another seed or another user does."""
    alone = arrived(Settings(seed=7, customers=(STREAMING,)))
    both = arrived(Settings(seed=7, customers=(SHOP, STREAMING)))
    three = arrived(Settings(seed=7, customers=(Customer("a", 333.3), STREAMING, SHOP)))
    assert alone["streaming"] == both["streaming"] == three["streaming"]
    assert both["shop"] == three["shop"]
    assert both["shop"] != both["streaming"]
    assert len(both["shop"]) == pytest.approx(120, rel=0.3)
    assert arrived(Settings(seed=8, customers=(STREAMING,))) != alone
    assert arrived(Settings(seed=7, customers=(STREAMING,)), name="0/1") != alone


@pytest.fixture
def surged() -> Callable[..., dict[str, float]]:
    """The rates of both customers after some changes, a while later."""
    load = LoadProcess(Settings(running=True))
    load.change(
        {"customers": [{**one.as_json(), "target": ""} | {"steps": [STEP]} for one in (SHOP, STREAMING)]}
    )

    def change(*changes: dict[str, object]) -> dict[str, float]:
        for each in changes:
            load.change(each)
        later_s = time.monotonic() + 100
        return {name: round(load.rate_of(name).at(later_s), 6) for name in ("shop", "streaming")}

    return change


STEP = {"name": "page", "path": "/"}


def test_a_surge_is_of_all_or_of_one(surged: Callable[..., dict[str, float]]) -> None:
    """Both multiply, and each can be taken back while the other stays."""
    assert surged({"surge": 2.0}) == {"shop": 120.0, "streaming": 80.0}
    assert surged({"surge.streaming": 3.0}) == {"shop": 120.0, "streaming": 240.0}
    assert surged({"surge": 1.0}) == {"shop": 60.0, "streaming": 120.0}
    assert surged({"surge.streaming": 1.0}) == {"shop": 60.0, "streaming": 40.0}


def test_a_ramp_of_one_leaves_the_other_alone(surged: Callable[..., dict[str, float]]) -> None:
    """After half of its time it is half way there; a change of all cuts no ramp of one that it doesn't touch."""
    assert surged({"surge.shop": 3.0, "ramp_s.shop": 200.0}) == {
        "shop": pytest.approx(120, abs=0.1),
        "streaming": 40.0,
    }
    assert surged({"seed": 3})["shop"] == pytest.approx(120, abs=0.1)
    assert surged({"surge.shop": 1.0, "ramp_s.shop": 0.0}) == {"shop": 60.0, "streaming": 40.0}
