"""Means, intervals and recovery times over a few seeds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.analysis.tournament import student
from lab.analysis.tournament.fairness import jain
from lab.analysis.tournament.outcome import fisher
from lab.analysis.tournament.spread import recoveries, spread

TABLE = {1: 12.7062, 2: 4.30265, 3: 3.18245, 4: 2.77645, 9: 2.26216, 30: 2.04227, 120: 1.97993}
"""t for 95 %, two-sided, as printed (NIST/SEMATECH e-Handbook, 1.3.6.7.2)."""


@pytest.mark.parametrize(("df", "t"), TABLE.items())
def test_t_is_as_in_the_printed_table(df: int, t: float) -> None:
    """Quantile and chance are each other's inverse, and the table's."""
    assert student.quantile(0.95, df) == pytest.approx(t, rel=1e-5)
    assert student.two_sided_p(t, df) == pytest.approx(0.05, rel=1e-4)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_the_interval_holds_the_mean_and_one_value_has_none(values: list[float]) -> None:
    """Unmeasured values don't count, in whatever place they stand."""
    found = spread([None, *values, None])
    assert found is not None
    assert found.n == len(values)
    assert found.least <= found.median <= found.most
    if len(values) == 1:
        assert found.low is found.high is None
    else:
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.mean <= found.high


def test_nothing_measured_is_nothing() -> None:
    """Never 0."""
    assert spread([None, None]) is None
    assert recoveries([(None, None)]) is None


def test_not_back_counts() -> None:
    """Three of five never came back: no median, however quick the two were."""
    found = recoveries([(4.0, None), (6.0, None), (None, 40.0), (None, 40.0), (None, 40.0), (None, None)])
    assert found is not None
    assert (found.n, found.back, found.median_s, found.watched_s) == (5, 2, None, 40.0)
    assert found.share_95[0] < 0.4 < found.share_95[1]


def test_the_median_of_those_back_is_the_plain_one_and_censoring_pushes_it_up() -> None:
    """Kaplan and Meier: one that was watched for 3 s only weighs on all that came later."""
    plain = recoveries([(2.0, None), (4.0, None), (8.0, None)])
    censored = recoveries([(2.0, None), (None, 3.0), (4.0, None), (8.0, None)])
    assert plain is not None
    assert censored is not None
    assert (plain.median_s, censored.median_s) == (4.0, 4.0)
    late = recoveries([(2.0, None), (None, 3.0), (None, 3.5), (4.0, None), (8.0, None)])
    assert late is not None
    assert late.median_s == 4.0
    assert recoveries([(9.0, None), (None, 5.0)]).median_s == 9.0  # type: ignore[union-attr]


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=8), st.floats(0.1, 10))
def test_jains_index_lies_between_one_nth_and_one_whatever_the_scale(
    shares: list[float], factor: float
) -> None:
    """Alike: 1; one takes all: 1 / n."""
    assert 1 / len(shares) - 1e-9 <= jain(shares) <= 1 + 1e-9
    assert jain([factor * share for share in shares]) == pytest.approx(jain(shares))
    assert jain([shares[0]] * len(shares)) == pytest.approx(1)
    assert jain([1.0] + [0.0] * len(shares)) == pytest.approx(1 / (1 + len(shares)))


def test_no_one_served_is_fair() -> None:
    """All get the same: nothing."""
    assert jain([0.0, 0.0]) == 1


def test_fishers_tea() -> None:
    """The lady tasting tea (1935): 3 of 4 against 1 of 4, p = 0.4857."""
    assert fisher(3, 4, 1, 4) == pytest.approx(0.485714, abs=1e-6)
    assert fisher(5, 5, 0, 5) == pytest.approx(2 / 252)
