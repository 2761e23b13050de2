"""What is computed of a search, from the figures of its own runs; and of which drills there is no model."""

from dataclasses import replace
from typing import Any

import pytest

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.tournament.computed_tipping import ABANDONED, Carried, Computed, carried, compute
from lab.campaign import open_drill
from lab.drillfile import Drill
from lab.drillfile.model import Search
from tests.lab.analysis.conftest import Storm

RAN = Carried(
    device="bridge", capacity_rps=165, low_rps=150, high_rps=175, given_up_rps=300, queue=561,
    throttled_rps=(54.0, 55.0, 57.0), stuck_rps=(199.0, 200.0, 204.0),
)  # fmt: skip


@pytest.fixture(scope="module")
def drill() -> Drill:
    """The search of the lab's own."""
    return open_drill("metastable")


def changed(drill: Drill, **settings: Any) -> Drill:  # noqa: ANN401 - any setting
    """The drill with other settings of its client."""
    configuration = {"storefront": {**drill.configuration["storefront"], **settings}}
    return drill.model_copy(update={"configuration": configuration})


@pytest.mark.slow
def test_a_run_says_what_its_device_carried(drill: Drill) -> None:
    """Under the throttle, while more waited; and while it was stuck, every one for a client that had given up."""
    storm = Storm(
        drill.at(6.0), good={"trigger": 0.0, "aftermath": 0.0}, tries={"trigger": 0.55, "aftermath": 4.0}
    )
    found = carried(Timeline.fold(storm.events()))
    assert found is not None
    assert found.device == "bridge"
    assert set(map(round, found.throttled_rps)) == {55}
    assert set(map(round, found.stuck_rps)) == {130}
    assert found.low_rps <= found.capacity_rps <= found.high_rps
    assert found.queue


def test_a_run_without_calibration_says_nothing() -> None:
    """Nothing is made up."""
    assert carried(Timeline()) is None


@pytest.mark.slow
def test_a_throttle_that_lets_nothing_through_can_be_computed_with(drill: Drill) -> None:
    """Most of its seconds carry nothing: the storm tips all the sooner."""
    nothing = replace(RAN, throttled_rps=(0.0, 0.0, 1.0), stuck_rps=(0.0, 0.0))
    found = compute(drill, [nothing])
    assert found.value is not None
    assert found.value <= (compute(drill, [RAN]).value or 0)


@pytest.mark.slow
def test_the_length_at_which_it_tips(drill: Drill) -> None:
    """Later with more capacity; everything that went into it is kept."""
    found = compute(drill, [None, RAN, RAN])
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert 100 / 45 < found.low < found.value < found.high < 4
    assert (found.offered_rps, found.attempts, found.timeout_s, found.queue) == (100, 4, 1, 561)
    assert (found.capacity_rps, found.throttled_rps, found.abandoned_rps) == (165, 55, 200)
    assert found.chance_s == pytest.approx(0.33)
    assert found.because is None


@pytest.mark.slow
def test_the_rate_at_which_it_tips(drill: Drill) -> None:
    """By requests per second, with the trigger's planned length."""
    search = Search(vary="rate", low=60, high=140, resolution=10, seeds=3)
    found = compute(drill.model_copy(update={"search": search}), [RAN])
    assert found.value is not None
    assert 60 < found.value < 100
    assert found.chance_s is None


@pytest.mark.slow
def test_what_no_run_says_comes_from_what_was_asked(drill: Drill) -> None:
    """A search that was never stuck: the share of the capacity, and the usual ratio."""
    unknown = Carried("bridge", capacity_rps=100, low_rps=90, high_rps=110)
    found = compute(drill, [unknown])
    assert (found.throttled_rps, found.abandoned_rps) == (33, 100 * ABANDONED)
    assert found.queue == 561
    calibrated = replace(unknown, given_up_rps=180.0)
    assert compute(drill, [calibrated]).abandoned_rps == 180


@pytest.mark.slow
def test_what_never_tips_has_no_value(drill: Drill) -> None:
    """One attempt per request can't sustain a storm."""
    found = compute(changed(drill, policy="immediate(retries=0)"), [RAN])
    assert (found.value, found.because, found.attempts) == (None, None, 1)


@pytest.mark.slow
def test_a_load_that_gives_up_bounds_the_attempts(drill: Drill) -> None:
    """After 5 s no client waits any more: with 2 s each, the third attempt is the last to begin."""
    assert compute(changed(drill, timeout_s=2.0), [RAN]).attempts == 3


@pytest.mark.parametrize(
    ("settings", "because"),
    [
        (
            {"policy": "budget(ratio=10%)"},
            "immediate retries over new connections, and storefront has others",
        ),
        ({"policy": "full-jitter(retries=3)"}, "immediate retries"),
        ({"connections": "pooled"}, "over new connections"),
        ({"policy": "none"}, "one service that retries, not of 0"),
    ],
)
def test_clients_of_which_there_is_no_model(drill: Drill, settings: dict[str, str], because: str) -> None:
    """Said, instead of a figure that means something else."""
    found = compute(changed(drill, **settings), [RAN])
    assert found.value is None
    assert because in (found.because or "")


@pytest.mark.slow
def test_another_trigger_has_no_model(drill: Drill) -> None:
    """3,000 ms of latency are no throttle; nor is a throttle of auth."""
    slow = open_drill("retry-storm").model_copy(update={"search": drill.search})
    (step,) = drill.method
    elsewhere = drill.model_copy(update={"method": (step.model_copy(update={"target": "auth"}),)})
    for one in (slow, elsewhere):
        assert "one throttle (fault capacity of bridge)" in (compute(one, [RAN]).because or "")


def test_without_a_valid_run_there_is_nothing_to_compute_with(drill: Drill) -> None:
    """Every run was inconclusive."""
    assert compute(drill, [None]) == Computed(because="no run calibrated a device and had a trigger")
