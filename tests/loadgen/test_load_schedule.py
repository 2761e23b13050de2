"""The schedule: a function of its seed, scaled live."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadgen.schedule import Schedule


def starts(seed: str, rate_rps: float, until_s: float) -> list[float]:
    """All intended starts up to `until_s`."""
    return Schedule(seed, rate_rps, 0.0).due(until_s)


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
    schedule, now_s, seen = Schedule("7", 20, 0.0), 0.0, list[float]()
    for step in steps:
        now_s += step
        seen += schedule.due(now_s)
    assert seen == starts("7", 20, now_s)


@given(factor=st.floats(0.1, 10), at_s=st.floats(0.5, 5))
def test_a_surge_scales_the_same_draws(factor: float, at_s: float) -> None:
    """After a change at t, what would have come at t + d comes at t + d / factor."""
    plain, surged = Schedule("7", 20, 0.0), Schedule("7", 20, 0.0)
    assert plain.due(at_s) == surged.due(at_s)
    surged.scale(20 * factor, at_s)
    expected = [at_s + (start - at_s) / factor for start in plain.due(at_s + 10)]
    assert surged.due(at_s + 10 / factor * (1 - 1e-9))[: len(expected)] == pytest.approx(expected)


def test_a_surge_holds_at_once() -> None:
    """A gap of minutes at 0.1/s doesn't delay a surge to 100/s."""
    schedule = Schedule("7", 0.1, 0.0)
    schedule.due(1.0)
    schedule.scale(100, 1.0)
    assert len(schedule.due(2.0)) > 70
