"""Settings, cohorts, tally and outcomes of the load."""

import errno
import json
import math
import time

import gevent
import pytest
from geventhttpclient.response import HTTPConnectionClosed

from loadgen.arrival_cohorts import KEPT_S, ArrivalCohorts, bucket
from loadgen.load_outcomes import of_error, of_status, trouble
from loadgen.load_settings import Settings
from loadgen.settings_error import SettingsError
from loadgen.tally import UNSENT, LoadTally
from services.kit import histogram


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rate": 100}, "rate_rps"),
        ({"rate_rps": 0}, "0.1 to 10000"),
        ({"rate_rps": float("nan")}, "0.1 to 10000"),
        ({"rate_rps": "100"}, "float"),
        ({"rate_rps": True}, "float"),
        ({"running": 1}, "true or false"),
        ({"seed": -1}, "0 to"),
        ({"seed": 1.0}, "int"),
        ({"surge": 1000}, "100"),
        ({"give_up_s": None}, "float"),
        ({"running": True, "slo_s": 0}, "0.001"),
    ],
)
def test_a_wrong_change_is_refused_whole(changes: dict[str, object], said: str) -> None:
    """The error names key, value and what is valid; nothing is changed."""
    settings = Settings(running=False)
    with pytest.raises(SettingsError) as caught:
        settings.change(changes)
    assert said in json.dumps(caught.value.as_json)
    assert settings == Settings(running=False)


def test_concurrency_never_closes_the_loop() -> None:
    """2 x rate x surge x give-up time."""
    assert Settings(rate_rps=100, give_up_s=5).concurrency == 1000
    assert Settings().change({"surge": 3, "rate_rps": 200}).concurrency == 6000


def test_both_histograms_are_the_same() -> None:
    """Load and services may not import each other: a test holds their buckets together."""
    for n in range(2000):
        latency_ms = 1.02**n / 10
        assert bucket(latency_ms) == histogram.bucket(latency_ms)


def test_everything_intended_ends_up_somewhere() -> None:
    """Intended = sent + unsent; sent = ok + failed + in flight; by cohort of the intended start."""
    tally, now_s = LoadTally(), time.monotonic()
    cohorts = [tally.intend(now_s) for _ in range(4)]
    for cohort in cohorts[:3]:
        tally.begin(cohort, 0.002, now_s)
        tally.request()
    tally.end(cohorts[0], None, 20.0)
    tally.end(cohorts[1], "timeout", 5000.0)
    tally.late(5.5, now_s)
    tally.end(cohorts[3], UNSENT, 5500.0)
    told = tally.as_json(5.0, {"": 100.0}, 0)
    assert told["load"] == {
        "intended_total": 4, "sent_total": 3, "requests_total": 3, "ok_total": 1,
        "failed_total": {"timeout": 1, "unsent": 1}, "lag_p99_ms": 5500.0, "in_flight": 1, "rate_rps": 100.0,
        "customers": {},
    }  # fmt: skip
    cohort = told["cohorts"][0]
    assert (cohort["requests"], cohort["sent"], cohort["good"]) == (4, 3, 1)
    assert cohort["failed"] == {"timeout": 1, "unsent": 1}
    assert sum(cohort["latency_all"].values()) == 3
    assert sum(cohort["latency"].values()) == 1
    assert not cohort["closed"]


def test_lag_is_of_the_last_two_seconds() -> None:
    """An old delay is forgotten."""
    tally, now_s = LoadTally(), time.monotonic()
    tally.late(9.0, now_s - 3)
    tally.late(0.001, now_s)
    assert tally.lag_p99_ms() == 1.0


def test_a_cohort_closes_when_its_second_is_past_and_every_request_has_ended() -> None:
    """Second 100 ends at 101 and waits until 102 for late arrivals; one in flight keeps it open longer."""
    cohorts = ArrivalCohorts()
    cohorts.intend(100.9).end(None, 10.0)
    assert not cohorts.as_json(0, 101.9, 5.0)[0]["closed"]
    assert cohorts.as_json(0, 102.0, 5.0)[0]["closed"]
    late = cohorts.intend(100.9)
    assert not cohorts.as_json(0, 105.0, 5.0)[0]["closed"]
    late.end("timeout", 5000.0)
    assert cohorts.as_json(0, 106.0, 5.0)[0]["closed"]
    assert cohorts.as_json(100, 107.0, 5.0) == []
    assert cohorts.as_json(0, 150.0, 5.0) == []


@pytest.mark.parametrize(
    ("status", "correct", "in_time", "expected"),
    [
        (200, True, True, None),
        (204, True, True, None),
        (200, True, False, "slow"),
        (200, False, True, "wrong"),
        (302, True, True, "other"),
        (404, True, True, "4xx"),
        (503, True, True, "5xx"),
    ],
)
def test_what_is_wrong_with_an_answer(
    status: int,
    correct: bool,  # noqa: FBT001
    in_time: bool,  # noqa: FBT001
    expected: str | None,
) -> None:
    """Good is a correct 2xx within the SLO, and nothing else."""
    assert of_status(status, correct=correct, in_time=in_time) == expected


@pytest.mark.parametrize(
    ("error", "expected", "name"),
    [
        (gevent.Timeout(), "timeout", None),
        (TimeoutError(), "timeout", None),
        (ConnectionRefusedError(errno.ECONNREFUSED, "no"), "refused", None),
        (ConnectionResetError(errno.ECONNRESET, "no"), "reset", None),
        (HTTPConnectionClosed("gone"), "reset", None),
        (OSError(errno.EMFILE, "no"), "other", "EMFILE"),
        (OSError(errno.EADDRNOTAVAIL, "no"), "other", "EADDRNOTAVAIL"),
        (ValueError("?"), "other", None),
    ],
)
def test_what_ended_a_request_without_an_answer(
    error: BaseException, expected: str, name: str | None
) -> None:
    """By kind; trouble of the machine by its name besides."""
    assert (of_error(error), trouble(error)) == (expected, name)


def test_a_second_in_which_nothing_was_due_is_known_to_be_empty() -> None:
    """At 1/s every third second has no arrival: offered 0, not unknown; after a long silence only the last are told."""
    cohorts = ArrivalCohorts()
    for intended_s in (10.2, 10.9, 13.5, 14.0):
        cohorts.intend(intended_s)
    told = {c["second"]: c["requests"] for c in cohorts.as_json(-math.inf, 20.0, 5.0)}
    assert told == {10: 2, 11: 0, 12: 0, 13: 1, 14: 1}
    assert all(c["closed"] for c in cohorts.as_json(-math.inf, 20.0, 5.0) if not c["requests"])
    cohorts.intend(1000.5)
    assert len(cohorts.as_json(14, 1001.0, 5.0)) == KEPT_S + 1
