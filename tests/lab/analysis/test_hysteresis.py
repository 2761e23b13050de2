"""The area between the way up and the way down, on journals written in code."""

from collections.abc import Callable

import pytest

from lab.analysis import Timeline
from lab.analysis.metrics.hysteresis import hysteresis, ways
from tests.lab.analysis.synthetic import offered, ramp

UP_S, DOWN_S, LASTS_S = 10, 50, 40
Served = Callable[[float, bool], float]
"""Offered rps, whether on the way up -> the share that was served well."""


def ridden(served: Served, *, until_s: int = 95, factors: tuple[float, float] = (10, 1)) -> Timeline:
    """From 10/s to 100/s and back, each over 40 s."""
    timeline = Timeline()
    for name, at_s, factor in (("up", UP_S, factors[0]), ("down", DOWN_S, factors[1])):
        timeline.feed(ramp(name, at_s, factor=factor, over_s=LASTS_S))
    for second in range(until_s):
        rising = second < DOWN_S
        part = min(1.0, max(0.0, (second - UP_S) / LASTS_S if rising else 1 - (second - DOWN_S) / LASTS_S))
        rate = round(10 + 90 * part)
        timeline.feed(offered(second, rate, good=round(rate * served(rate, rising))))
    return timeline


def test_a_system_without_a_memory_has_one_curve() -> None:
    """Overload alone is no hysteresis: the same share at the same load, whichever way."""
    assert hysteresis(ridden(lambda offered, rising: min(1.0, 60 / offered))) == pytest.approx(0, abs=0.03)


def test_a_storm_that_holds_on_is_the_area_between() -> None:
    """All served up to the top, nothing on the way down above 28/s: four fifths of the loads, wholly lost."""
    found = hysteresis(ridden(lambda offered, rising: 1.0 if rising or offered < 28 else 0.0))
    assert found == pytest.approx(0.8, abs=0.05)


def test_its_ends() -> None:
    """1: served on the way up only; below 0: on the way down only."""
    assert hysteresis(ridden(lambda _, rising: float(rising))) == pytest.approx(1, abs=0.1)
    assert hysteresis(ridden(lambda _, rising: float(not rising))) == pytest.approx(-1, abs=0.1)


def test_without_both_ways_it_is_unknown() -> None:
    """Two ramps up; a truncated run before the way down; no ramp at all."""
    served: Served = lambda _offered, _rising: 1.0  # noqa: E731  a table of one line
    assert ways(ridden(served, factors=(2, 3))) is None
    assert hysteresis(ridden(served, until_s=50)) is None
    assert hysteresis(Timeline()) is None
