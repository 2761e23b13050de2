"""Customers as a setting of the load: what can be said, and what is refused. Tests loadgen.customer too."""

import json
import time

import pytest

from loadgen.customer import Customer, SessionStep, read_customers
from loadgen.load import LoadProcess
from loadgen.load_metrics import exposition
from loadgen.load_settings import Settings
from loadgen.settings_error import SettingsError
from loadgen.tally import LoadTally

PAGE = {"name": "page", "path": "/"}
SHOP = {"name": "shop", "rate_rps": 60, "steps": [PAGE]}
STREAMING = {"name": "streaming", "rate_rps": 40, "slo_s": 3, "steps": [PAGE, {**PAGE, "pause_s": 1.5}]}


def test_what_is_set_is_what_is_read_back() -> None:
    """The rate is the sum; each has a surge and a ramp of its own; no customers leads back to one without a name."""
    settings = Settings(running=False).change({"customers": [SHOP, STREAMING], "rate_rps": 7})
    assert settings.rate_rps == 100
    told = settings.as_json()
    assert [one["name"] for one in told["customers"]] == ["shop", "streaming"]
    assert told["surge.shop"] == told["surge.streaming"] == 1.0
    assert told["ramp_s.shop"] == 0.0
    assert settings.change({"customers": told["customers"]}) == settings
    assert settings.patience_s == 6.5
    assert settings.concurrency == 2 * (60 * 5 + 40 * 6.5)
    alone = settings.change({"customers": [], "rate_rps": 5})
    assert [one.name for one in alone.processes] == [""]
    assert (alone.rate_rps, "surge.shop" in alone.as_json()) == (5.0, False)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("shop", "list"),
        ([SHOP, SHOP], "'shop' is used twice"),
        ([{**SHOP, "rate_rps": 0}], "customer shop: rate_rps=0"),
        ([{**SHOP, "rate_rps": None}], "rate_rps=None"),
        ([{**SHOP, "rate_rps": 6000}, {**STREAMING, "rate_rps": 6000}], "the rates in all=12000"),
        ([{**SHOP, "name": "Shop!"}], "'Shop!' is not a name"),
        ([{**SHOP, "name": ""}], "'' is not a name"),
        ([{**SHOP, "rate": 1}], "unknown key 'rate'"),
        ([{**SHOP, "steps": []}], "steps is not a list"),
        ([{**SHOP, "steps": [{"name": "a", "path": "play"}]}], "'play' is not a path"),
        ([{**SHOP, "steps": [{"name": "a", "path": "//x"}]}], "'//x' is not a path"),
        ([{**SHOP, "steps": [{**PAGE, "pause_s": -1}]}], "pause_s=-1"),
        ([{**SHOP, "persistent": 1}], "persistent=1"),
        ([{**SHOP, "target": 7}], "target=7"),
        ([7], "7 is not an object"),
        ([{**SHOP, "name": f"c{n}"} for n in range(21)], "1 to 20"),
    ],
)
def test_a_wrong_customer_is_refused(value: object, said: str) -> None:
    """The error names the customer, the key and the value."""
    with pytest.raises(SettingsError) as caught:
        read_customers(value)
    assert said in json.dumps(caught.value.as_json)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"surge.nosuch": 2.0}, "surge.streaming"),
        ({"surge.shop": 1000}, "surge.shop=1000"),
        ({"rate_rps": 5}, "that of the customers together"),
        ({"customers": [{**SHOP, "target": "nosuch"}]}, "there is no target 'nosuch'"),
    ],
)
def test_a_wrong_change_of_customers_changes_nothing(changes: dict[str, object], said: str) -> None:
    """And says what is valid."""
    load = LoadProcess(Settings(running=False), {"edge"})
    before = load.change({"customers": [{**SHOP, "target": "edge"}, STREAMING]})
    with pytest.raises(SettingsError) as caught:
        load.change(changes)
    assert said in json.dumps(caught.value.as_json)
    assert load.settings == before


def test_each_customer_has_its_own_figures() -> None:
    """Sessions, good ones and steps; what was never sent is a session as well; all together are those in all."""
    tally, now_s = LoadTally(), time.monotonic()
    for customer, failure in (("shop", None), ("shop", "timeout"), ("play", None), ("play", "unsent")):
        cohort = tally.intend(now_s, customer)
        if failure != "unsent":
            tally.begin(cohort, 0.001, now_s, customer)
            tally.request(customer)
        tally.end(cohort, failure, 5.0, customer)
    step = tally.cohorts.intend(now_s, "play").step("play", "login")
    step.sent += 1
    step.end("5xx", 3.0)
    told = tally.as_json(5.0, {"shop": 60.0, "play": 40.0}, 0)
    (cohort_told,) = told["cohorts"]
    shop, play = cohort_told["customers"]["shop"], cohort_told["customers"]["play"]
    assert (shop["requests"], shop["sent"], shop["good"], shop["failed"]) == (2, 2, 1, {"timeout": 1})
    assert (play["requests"], play["sent"], play["good"], play["failed"]) == (3, 1, 1, {"unsent": 1})
    assert play["steps"] == {"login": {"sent": 1, "good": 0, "failed": {"5xx": 1}, "latency": {}}}
    assert (cohort_told["requests"], cohort_told["good"]) == (5, 2)
    totals = told["load"]["customers"]
    for key in ("intended_total", "sent_total", "requests_total", "ok_total", "in_flight", "rate_rps"):
        assert sum(one[key] for one in totals.values()) == told["load"][key], key


def test_metrics_have_a_label_for_the_customer() -> None:
    """What Prometheus is told; without customers the label is empty, which to Prometheus is none."""
    load = LoadProcess(Settings(running=True))
    assert b'lab_load_sessions_scheduled_total{customer=""} 0.0' in exposition(load)
    load.change({"customers": [SHOP, STREAMING]})
    cohort = load.tally.intend(time.monotonic(), "shop")
    load.tally.begin(cohort, 0.0, time.monotonic(), "shop")
    load.tally.end(cohort, "timeout", 5000.0, "shop")
    told = exposition(load).decode()
    assert 'lab_load_sessions_failed_total{customer="shop",reason="timeout"} 1.0' in told
    assert 'lab_load_offered_rate{customer="streaming"} 40.0' in told
    assert 'customer=""' not in told


def test_a_session_lasts_as_long_as_its_patience_and_its_pauses() -> None:
    """The give-up time counts without the pauses that the session makes by itself."""
    customer = Customer(
        "shop",
        1.0,
        give_up_s=2.0,
        steps=(SessionStep("a", "/"), SessionStep("b", "/", 1.0), SessionStep("c", "/", 0.5)),
    )
    assert (customer.pauses_s, customer.lasts_s) == (1.5, 3.5)
