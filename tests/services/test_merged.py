"""What several workers counted, as one service's figures. Tests services.kit.merged."""

import json
from typing import Any

import pytest

from services.client.tally import AttemptTally
from services.kit.controlled import ControlledError
from services.kit.counters import Counters
from services.kit.merged import merged, merged_states

NOW_S = 100.0


def counted(**figures: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    """What one worker says, through JSON as it comes."""
    plain = {"boot": "x", "service": "s", "now_s": NOW_S, **Counters().as_json(), "queue_depth": 0,
             "loop_lag_p99_ms": 0.5, "cpu_s_total": 1.0, "errors_total": {}, "client": None, "cohorts": [],
             "settings": {}}  # fmt: skip
    return dict(json.loads(json.dumps({**plain, **figures})))


def client(**figures: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    """What its client says."""
    return {**AttemptTally().as_json(), "policy": "none", "breaker": None, **figures}


def cohort(second: int, *, good: int = 1, closed: bool = True, attempts: int | None = 1) -> dict[str, Any]:
    """One second of one worker."""
    return {"second": second, "requests": 3, "sent": 3, "attempts": attempts, "good": good, "failed": {"timeout": 1},
            "latency": {"7": good}, "latency_all": {"7": 2}, "closed": closed}  # fmt: skip


def test_what_counts_is_added_up_and_the_worst_is_kept() -> None:
    """Also by key, where only one worker has it; `processes` shows each."""
    whole = merged(
        [
            counted(requests_total=3, failed_total={"503": 1}, loop_lag_p99_ms=0.5, in_flight=1),
            counted(requests_total=4, failed_total={"503": 1, "504": 2}, loop_lag_p99_ms=7.5),
        ],
        NOW_S,
    )
    assert (whole["requests_total"], whole["failed_total"]) == (7, {"503": 2, "504": 2})
    assert (whole["in_flight"], whole["loop_lag_p99_ms"], whole["cpu_s_total"]) == (1, 7.5, 2.0)
    assert (whole["client"], whole["cohorts"]) == (None, [])
    assert [one["requests_total"] for one in whole["processes"]] == [3, 4]
    assert not {"boot", "service", "now_s"} & whole.keys()


@pytest.mark.parametrize(
    ("states", "whole"),
    [((None, None), None), (("closed", "open"), "open"), (("half-open", "closed"), "half-open")],
)
def test_the_breaker_that_is_most_open_is_shown(states: tuple[str, str], whole: str) -> None:
    """`breaker` is a state; among the outcomes it is how many calls it refused."""
    outcomes = [{"ok": 1, "breaker": 2}, {"ok": 0, "breaker": 5}]
    both = [
        client(breaker=state, outcomes_total=outcome) for state, outcome in zip(states, outcomes, strict=True)
    ]
    found = merged([counted(client=one) for one in both], NOW_S)["client"]
    assert (found["breaker"], found["outcomes_total"]) == (whole, {"ok": 1, "breaker": 7})


def test_attempts_that_no_one_counts_stay_unknown() -> None:
    """A library's."""
    both = [client(attempts_total=None), client(attempts_total=None)]
    found = merged([counted(client=one, cohorts=[cohort(90, attempts=None)]) for one in both], NOW_S)
    assert (found["client"]["attempts_total"], found["cohorts"][0]["attempts"]) == (None, None)


def test_a_second_is_one_cohort_of_all_workers() -> None:
    """In order; one that only one worker has is as that one counted it."""
    whole = merged(
        [
            counted(cohorts=[cohort(90, good=2), cohort(91)]),
            counted(cohorts=[cohort(89), cohort(90, good=5)]),
        ],
        NOW_S,
    )["cohorts"]
    assert [one["second"] for one in whole] == [89, 90, 91]
    assert whole[1] == {
        "second": 90,
        "requests": 6,
        "sent": 6,
        "attempts": 2,
        "good": 7,
        "closed": True,
        "failed": {"timeout": 2},
        "latency": {"7": 7},
        "latency_all": {"7": 4},
    }


@pytest.mark.parametrize(
    ("closed", "asked_s", "whole"),
    [((True, True), 92.0, True), ((True, False), 99.0, False), ((True, True), 91.99, False)],
)
def test_a_cohort_is_closed_when_no_worker_can_change_it(
    closed: tuple[bool, bool], asked_s: float, *, whole: bool
) -> None:
    """Not while a worker has calls of that second, nor as long as one might still have begun one when it was asked."""
    found = merged([counted(cohorts=[cohort(90, closed=one)]) for one in closed], asked_s)
    assert found["cohorts"][0]["closed"] is whole


@pytest.mark.parametrize("key", ["settings", "client"])
def test_what_must_be_alike_and_is_not_is_no_figure(key: str) -> None:
    """Settings, and a policy: never one worker's for all."""
    values = {"settings": ({"a": 1}, {"a": 2}), "client": (client(policy="none"), client(policy="fixed"))}[
        key
    ]
    with pytest.raises(ControlledError, match="worker 2 of 2"):
        merged([counted(**{key: value}) for value in values], NOW_S)


def report(state: str, step: int, at_s: float) -> dict[str, Any]:
    """What an automation of one worker reports."""
    return {"automation": "grow", "name": "up", "state": state, "step": step, "at_s": at_s}


def test_a_report_is_made_once_when_all_have_made_it() -> None:
    """At the moment of the last; a failure counts at once."""
    one = [report("started", 0, 1.0), report("step", 1, 2.0)]
    other = [report("started", 0, 1.5), report("failed", 0, 3.0)]
    whole = merged([counted(automation=one), counted(automation=other)], NOW_S)["automation"]
    assert [(each["state"], each["at_s"]) for each in whole] == [("started", 1.5), ("failed", 3.0)]


def test_an_automation_is_as_far_as_the_last_worker() -> None:
    """And has failed where it failed in one."""
    one, other = (
        {"state": "ended", "name": "up", "step": 3, "steps": 3},
        {"state": "running", "step": 2, "steps": 3},
    )
    assert merged_states([{"grow": one}, {"grow": other}])["grow"] == {**other, "state": "running"}
    failed = {**other, "state": "failed"}
    assert merged_states([{"grow": one}, {"grow": failed}])["grow"]["state"] == "failed"
