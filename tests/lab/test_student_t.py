"""The table is scipy's."""

import pytest

from lab.analysis.tournament.student import quantile
from lab.student_t import T_975, t_975


def test_the_table_is_right() -> None:
    """To the digits that it has."""
    assert [t_975(degrees) for degrees in range(1, 31)] == [
        round(quantile(0.95, degrees), 3) for degrees in range(1, 31)
    ]


def test_beyond_the_table_it_is_a_little_too_large() -> None:
    """By 4 % at most, never too small."""
    for degrees in (31, 100, 10_000):
        assert 1.0 <= t_975(degrees) / quantile(0.95, degrees) <= 1.045
    assert t_975(31) == T_975[-1]


def test_one_value_has_no_interval() -> None:
    """Said, not computed."""
    with pytest.raises(ValueError, match="no interval from 1 value"):
        t_975(0)
