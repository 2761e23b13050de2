"""Where a lab tips: the band is found, and it is one that holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.analysis.tournament.tipping import ALWAYS, NEVER, SOMETIMES, Bisection, StuckCount


def search(bisection: Bisection, never_up_to: float, always_from: float) -> int:
    """Ask a lab that never stays stuck up to one value and always does from another on; how often it was asked."""
    asked = 0
    while (value := bisection.next) is not None and asked < 100:
        asked += 1
        stuck = 0 if value <= never_up_to else 3 if value >= always_from else 1
        bisection.tell(StuckCount(value, stuck, 3))
    return asked


@given(edge=st.floats(1.1, 9.9), width=st.floats(0, 3))
def test_the_band_holds_the_truth_and_is_as_narrow_as_it_can_be(edge: float, width: float) -> None:
    """Both of its edges are within the resolution of the true ones, after a few values."""
    bisection = Bisection(1, 10, 0.5)
    asked = search(bisection, edge, min(edge + width, 10))
    band = bisection.band
    assert band is not None
    assert band[0] <= edge < band[1]
    assert edge - band[0] <= 0.5
    assert band[1] - min(edge + width, 10) <= 0.5
    assert asked <= 12


@pytest.mark.parametrize("stuck", [0, 2, 3])
def test_two_ends_alike_have_no_tipping_point_between_them(stuck: int) -> None:
    """Nothing is bisected where there is nothing to find."""
    bisection = Bisection(1, 10, 0.5)
    assert bisection.next == 1
    bisection.tell(StuckCount(1, stuck, 3))
    assert bisection.next == 10
    bisection.tell(StuckCount(10, stuck, 3))
    found: list[object] = [bisection.next, bisection.band]
    assert found == [None, None]


def test_an_outlier_widens_the_band() -> None:
    """Stuck at 3 and not at 6: it tips somewhere between what is never and what is always so."""
    bisection = Bisection(1, 10, 0.5)
    for value, stuck in ((1, 0), (10, 3), (3, 3), (6, 0)):
        bisection.tell(StuckCount(value, stuck, 3))
    assert bisection.band == (1, 10)


def test_a_point_says_what_it_is() -> None:
    """None, all, or some."""
    assert [StuckCount(1, stuck, 3).outcome for stuck in (0, 1, 3)] == [NEVER, SOMETIMES, ALWAYS]
