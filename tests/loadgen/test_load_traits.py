"""Ranks and clients of arrivals: a function of the seed, and no business of the schedule."""

import time
from collections import Counter

import gevent
import pytest

from loadgen.arrival_cohorts import Cohort
from loadgen.arrivals import Arrivals
from loadgen.load_settings import Settings
from loadgen.rate import Rate
from loadgen.tally import Tally
from loadgen.traits import MAIN, STREAMING, Traits, TraitSource


def drawn(seed: str, share: float, count: int = 4000) -> list[Traits]:
    """The first traits of a seed."""
    source = TraitSource(seed)
    return [source.next(share) for _ in range(count)]


def test_equal_seeds_give_equal_traits_whatever_the_share() -> None:
    """Seed 7 today is seed 7 tomorrow; more streaming changes no rank and only adds to it."""
    assert drawn("7/0/0", 0.3) == drawn("7/0/0", 0.3)
    assert drawn("7/0/0", 0.3) != drawn("8/0/0", 0.3)
    less, more = drawn("7/0/0", 0.3), drawn("7/0/0", 0.6)
    assert [one.priority for one in less] == [one.priority for one in more]
    assert all(b.client == STREAMING for a, b in zip(less, more, strict=True) if a.client == STREAMING)
    assert [(one.priority, one.client) for one in drawn("7/0/0", 0.5, 3)] == [
        (90, "/"), (29, "/"), (75, "/"),
    ]  # fmt: skip


def test_ranks_are_even_and_shares_are_met() -> None:
    """0 to 99, all alike likely; none streams at 0, all at 1."""
    ranks = Counter(one.priority for one in drawn("7", 0.3))
    assert set(ranks) == set(range(100))
    assert max(ranks.values()) < 80
    streaming = sum(one.client == STREAMING for one in drawn("7", 0.3)) / 4000
    assert streaming == pytest.approx(0.3, abs=0.03)
    assert {one.client for one in drawn("7", 0.0)} == {MAIN}
    assert {one.client for one in drawn("7", 1.0)} == {STREAMING}


def test_the_path_begins_with_the_client() -> None:
    """Nothing is put before that of the first client."""
    assert Traits(5, MAIN).path("/shop") == "/shop"
    assert Traits(5, STREAMING).path("/shop") == "/streaming/shop"
    assert Traits(5, STREAMING).path("/") == "/streaming"


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_arrivals_come_when_they_always_came(share: float) -> None:
    """The intended starts of seed 7 are what they were before there were traits (`test_load_schedule`)."""
    seen: list[tuple[float, Traits]] = []

    def send(intended_s: float, _cohort: Cohort, traits: Traits) -> None:
        seen.append((intended_s, traits))

    arrivals, now_s = Arrivals("0/0", Tally(), send), time.monotonic()
    arrivals.apply(Settings(seed=7, rate_rps=100, streaming_share=share), Rate.constant(100.0), now_s)
    arrivals._start_due(now_s + 0.03)
    gevent.sleep(0)
    assert [round(at_s - now_s, 6) for at_s, _ in seen] == [0.002625, 0.016047]
    assert [traits for _, traits in seen] == drawn("7/0/0", share, 2)


def test_each_client_has_its_own_figures() -> None:
    """Requests and good of each path; what was never sent is a request as well."""
    tally, now_s = Tally(), time.monotonic()
    for client, failure in ((MAIN, None), (MAIN, "timeout"), (STREAMING, None), (STREAMING, "unsent")):
        tally.end(tally.intend(now_s, client), failure, 5.0, client)
    (cohort,) = tally.as_json(Settings(), 100.0, 0)["cohorts"]
    assert cohort["by_client"] == {"/": {"requests": 2, "good": 1}, "/streaming": {"requests": 2, "good": 1}}
    assert (cohort["requests"], cohort["good"]) == (4, 2)
