"""Where a storm outlives a throttle, against figures that were worked out on paper."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.analysis.tournament.storm_model import StormModel, tipping_rate_rps, tipping_trigger_s

STOPPED = 1e-9
"""A throttle that lets nothing through."""
WATCHED_S = 12.0
METASTABLE = StormModel(
    offered_rps=100,
    attempts=4,
    timeout_s=1.0,
    capacity_rps=165,
    abandoned_rps=200,
    throttled_rps=55,
    queue=561,
)


def test_a_storm_needs_more_attempts_than_can_be_thrown_away() -> None:
    """4 attempts of 100 requests/s are 400/s; a bridge for 200/s of them is kept busy from 50 requests/s on."""
    assert METASTABLE.sustained_from_rps == 50
    assert METASTABLE.sustains
    assert not replace(METASTABLE, offered_rps=50).sustains
    assert not replace(METASTABLE, attempts=2).sustains
    assert not replace(METASTABLE, attempts=2).stays_stuck(60, WATCHED_S)


def test_a_storm_needs_a_queue_of_more_than_a_timeout() -> None:
    """200 connections are what 200/s work off in the timeout of 1 s: who gets in is served in time."""
    assert not replace(METASTABLE, queue=200).sustains
    assert replace(METASTABLE, queue=201).sustains


def test_up_to_which_length_no_attempt_times_out() -> None:
    """1 s x 100 / (100 - 55) = 2.22 s; a throttle that carries what is offered never harms."""
    assert METASTABLE.harmless_s == pytest.approx(20 / 9)
    assert replace(METASTABLE, timeout_s=2).harmless_s == pytest.approx(40 / 9)
    assert replace(METASTABLE, throttled_rps=100).harmless_s is None
    assert replace(METASTABLE, throttled_rps=100).chance_s is None


def test_by_how_much_chance_moves_it() -> None:
    """222 arrivals vary by 14.9, and 45 a second are too many."""
    assert METASTABLE.chance_s == pytest.approx(14.907 / 45, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("offered_rps", "capacity_rps", "timeout_s", "tips_at_s"),
    [(100, 150, 1.0, 11 / 9), (60, 90, 2.0, 22 / 9), (100, 125, 1.0, 1 + 0.2 * 4 / 13)],
)
def test_one_retry_and_a_full_stop_by_hand(
    offered_rps: float, capacity_rps: float, timeout_s: float, tips_at_s: float
) -> None:
    """The exact tipping point: a train of timeouts that comes again longer than it was.

    After a full stop of length L the wait falls with slope d = 1 - q/C, and rises with u = 2q/C - 1 while retries
    come. Those that time out first are a train of (L - T) / d. From a train of length l it falls for T - l and
    rises for l, so that the next train is  l - (T - l) d/u + (u l - d (T - l)) / d.  It is as long as the one before
    for l = T d (u + d) / (u^2 + d (u + d)), and a longer one grows. So it tips at L = T + d l: for q = 100, C = 150,
    T = 1: d = u = 1/3, l = 2/3, L = 11/9.
    """
    model = StormModel(offered_rps, 2, timeout_s, capacity_rps, capacity_rps, STOPPED, queue=1e9)
    falls, rises = 1 - offered_rps / capacity_rps, 2 * offered_rps / capacity_rps - 1
    train_s = timeout_s * falls * (rises + falls) / (rises**2 + falls * (rises + falls))
    assert timeout_s + falls * train_s == pytest.approx(tips_at_s)
    assert tipping_trigger_s(model, 4.0, WATCHED_S) == pytest.approx(tips_at_s, abs=0.03)


@pytest.mark.slow
def test_before_any_timeout_nothing_remains() -> None:
    """A throttle of 2 s leaves 200 - 110 = 90 connections: they are gone after 90 / (165 - 100) = 1.4 s."""
    assert METASTABLE.wait_after_s(2.0, 0.0) == pytest.approx(90 / 165, abs=0.02)
    assert METASTABLE.wait_after_s(2.0, 0.7) == pytest.approx((90 - 0.7 * 65) / 165, abs=0.02)
    assert METASTABLE.wait_after_s(2.0, 1.5) == pytest.approx(0, abs=0.02)


@pytest.mark.slow
def test_a_stuck_storm_fills_the_queue_and_no_more() -> None:
    """561 connections that were given up are 2.8 s of work: what does not fit is refused and costs nothing."""
    assert METASTABLE.wait_after_s(6.0, 30.0) == pytest.approx(561 / 200, abs=0.05)


@pytest.mark.slow
def test_the_lowest_rate_that_tips() -> None:
    """Under it a throttle of 5 s is forgotten, from it on never; where only more is fatal, there is no such rate."""
    rate_rps = tipping_rate_rps(METASTABLE, 5.0, 140, WATCHED_S)
    assert rate_rps is not None
    assert not replace(METASTABLE, offered_rps=rate_rps - 3).stays_stuck(5.0, WATCHED_S)
    assert replace(METASTABLE, offered_rps=rate_rps + 3).stays_stuck(5.0, WATCHED_S)
    assert rate_rps > METASTABLE.sustained_from_rps
    assert tipping_rate_rps(METASTABLE, 5.0, 50, WATCHED_S) is None


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(share=st.floats(0.05, 0.5), attempts=st.integers(3, 5), headroom=st.floats(1.2, 1.8))
def test_it_never_tips_before_an_attempt_can_time_out(share: float, attempts: int, headroom: float) -> None:
    """Whatever the setting: without a timeout there is no retry, and without retries no storm."""
    capacity_rps = 100 * headroom
    model = replace(
        METASTABLE, attempts=attempts, capacity_rps=capacity_rps, abandoned_rps=1.2 * capacity_rps,
        throttled_rps=share * capacity_rps,
    )  # fmt: skip
    tips_s = tipping_trigger_s(model, 8.0, 8.0)
    harmless_s = model.harmless_s
    assert harmless_s is not None
    assert tips_s is None or tips_s >= harmless_s - 0.05
