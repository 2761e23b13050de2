"""The schedule: a function of its seed, scaled live."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadgen.customer import ALL
from loadgen.load import LoadProcess
from loadgen.load_settings import Settings
from loadgen.rate import Rate
from loadgen.schedule import Schedule


def starts(seed: str, rate_rps: float, until_s: float) -> list[float]:
    """All intended starts up to `until_s`."""
    return Schedule(seed, Rate.constant(rate_rps), 0.0).due(until_s)


def test_equal_seeds_give_equal_schedules_and_others_dont() -> None:
    """Seed 7 today is seed 7 tomorrow."""
    assert starts("7/0/0", 100, 5) == starts("7/0/0", 100, 5)
    assert starts("7/0/0", 100, 5) != starts("8/0/0", 100, 5)
    assert [round(at, 6) for at in starts("7/0/0", 100, 0.03)] == [0.002625, 0.016047]


def test_it_is_poisson() -> None:
    """Mean and variance of the counts per second are the rate."""
    counts = [0] * 400
    for at in starts("7", 50, 400):
        counts[int(at)] += 1
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / len(counts)
    assert mean == pytest.approx(50, rel=0.03)
    assert variance == pytest.approx(50, rel=0.2)


@given(st.lists(st.floats(0.001, 3), min_size=1, max_size=30))
def test_when_it_is_looked_at_changes_nothing(steps: list[float]) -> None:
    """A load that is late sees the same intended starts."""
    schedule, now_s, seen = Schedule("7", Rate.constant(20), 0.0), 0.0, list[float]()
    for step in steps:
        now_s += step
        seen += schedule.due(now_s)
    assert seen == starts("7", 20, now_s)


@given(factor=st.floats(0.1, 10), at_s=st.floats(0.5, 5))
def test_a_surge_scales_the_same_draws(factor: float, at_s: float) -> None:
    """After a change at t, what would have come at t + d comes at t + d / factor."""
    plain, surged = (Schedule("7", Rate.constant(20), 0.0) for _ in range(2))
    assert plain.due(at_s) == surged.due(at_s)
    surged.change(Rate.constant(20 * factor), at_s)
    expected = [at_s + (start - at_s) / factor for start in plain.due(at_s + 10)]
    assert surged.due(at_s + 10 / factor * (1 - 1e-9))[: len(expected)] == pytest.approx(expected)


def test_a_surge_holds_at_once() -> None:
    """A gap of minutes at 0.1/s doesn't delay a surge to 100/s."""
    schedule = Schedule("7", Rate.constant(0.1), 0.0)
    schedule.due(1.0)
    schedule.change(Rate.constant(100), 1.0)
    assert len(schedule.due(2.0)) > 70


rates = st.floats(0.5, 500)


@given(
    low=rates, high=rates, over_s=st.floats(0.0, 60), begins_s=st.floats(0, 20), units=st.floats(0.001, 200)
)
def test_a_gap_ends_when_as_many_arrivals_were_to_be_expected(
    low: float, high: float, over_s: float, begins_s: float, units: float
) -> None:
    """The area under the rate from one arrival to the next is the gap's draw: before, on and after a ramp."""
    rate = Rate(low, high, 5.0, over_s)
    start_s = max(5.0, begins_s)
    end_s = rate.after(start_s, units)
    assert end_s > start_s
    assert rate.expected(start_s, end_s) == pytest.approx(units, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("low", "high"), [(20.0, 200.0), (200.0, 20.0)])
@pytest.mark.slow
def test_a_ramp_goes_in_a_straight_line_and_stays(low: float, high: float) -> None:
    """In each tenth as many as the line has on average there; afterwards the new rate."""
    schedule = Schedule("7", Rate(low, high, 0.0, 100.0), 0.0)
    counts = [0] * 12
    for at in schedule.due(120.0):
        counts[int(at // 10)] += 1
    for tenth, count in enumerate(counts):
        mean = 10 * (low + (high - low) * min(1.0, (tenth + 0.5) / 10))
        assert abs(count - mean) < 4 * mean**0.5


def test_a_ramp_up_and_down_is_the_seeds() -> None:
    """Equal seeds, equal ramps, equal arrivals, however often someone looks."""

    def ridden(step_s: float) -> list[float]:
        schedule, seen, now_s = Schedule("7", Rate.constant(20), 0.0), list[float](), 0.0
        for rate, until_s in ((Rate(20, 100, 1.0, 5.0), 6.0), (Rate(100, 20, 6.0, 5.0), 12.0)):
            schedule.change(rate, now_s := max(now_s, rate.start_s))
            while now_s < until_s:
                now_s = min(until_s, now_s + step_s)
                seen += schedule.due(now_s)
        return seen

    assert ridden(0.05) == ridden(7.0)
    assert len(ridden(1.0)) == pytest.approx(5 * 120 + 20, rel=0.1)


def test_the_load_goes_on_from_where_a_ramp_has_come_to() -> None:
    """A change in the middle starts from the active rate; one without a ramp holds at once; asked twice is once."""
    load = LoadProcess(Settings(running=False, rate_rps=10.0))
    load.change({"surge": 9.0, "ramp_s": 1000.0})
    rising = load.rate_of(ALL)
    assert (rising.from_rps, rising.to_rps, rising.over_s) == (10.0, 90.0, 1000.0)
    load.change({"surge": 9.0, "ramp_s": 1000.0})
    assert load.rate_of(ALL) is rising
    load.change({"surge": 1.0, "ramp_s": 500.0})
    assert load.rate_of(ALL).from_rps == pytest.approx(rising.at(load.rate_of(ALL).start_s))
    assert load.rate_of(ALL).to_rps == 10.0
    load.change({"surge": 2.0, "ramp_s": 0.0})
    assert load.rate_of(ALL).at(load.rate_of(ALL).start_s) == 20.0
