"""Quantities: read exactly, or refused with the units that would be right."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import units
from lab.units import Quantity, UnitError, parse, quote, suggest

ALL = [
    units.DURATION_S,
    units.DURATION_MS,
    units.RATE_RPS,
    units.SHARE,
    units.DATA_RATE_KBPS,
    units.SIZE_BYTES,
]


@pytest.mark.parametrize(
    ("text", "quantity", "amount"),
    [
        ("3000 ms", units.DURATION_MS, 3000.0),
        ("3000 ms", units.DURATION_S, 3.0),
        ("3.4 s", units.DURATION_S, 3.4),
        ("2 min", units.DURATION_S, 120.0),
        ("10s", units.DURATION_S, 10.0),
        ("100 /s", units.RATE_RPS, 100.0),
        ("30 /min", units.RATE_RPS, 0.5),
        ("57 %", units.SHARE, 0.57),
        ("0.25", units.SHARE, 0.25),
        (0.25, units.SHARE, 0.25),
        (1, units.SHARE, 1.0),
        ("110 %", units.PERCENT, 1.1),
        ("1 MB/s", units.DATA_RATE_KBPS, 1000.0),
        ("200 MB", units.SIZE_BYTES, 2e8),
    ],
)
def test_amounts_are_exact(text: object, quantity: Quantity, amount: float) -> None:
    """A number and its unit become the quantity's own unit without a rounding error."""
    assert parse(text, quantity) == amount


@pytest.mark.parametrize(
    ("value", "quantity", "said"),
    [
        (3000, units.DURATION_MS, "`3000` has no unit; valid: ms, s, min, h"),
        ("3000", units.DURATION_MS, "has no unit"),
        ("3 secs", units.DURATION_S, "unknown unit `secs`; valid: ms, s, min, h"),
        ("3 MS", units.DURATION_S, "unknown unit `MS`"),
        ("-3 s", units.DURATION_S, "can't be negative"),
        ("25 h", units.DURATION_S, "at most 24 h"),
        ("101 %", units.SHARE, "at most 100 %"),
        ("25", units.SHARE, "`25` is not a share: write 0 to 1, or `98 %`"),
        (-0.1, units.SHARE, "is not a share"),
        (98, units.PERCENT, "`98` has no unit"),
        (float("nan"), units.SHARE, "is not a share"),
        (True, units.SHARE, "is not a share"),
        ("nan s", units.DURATION_S, "is not a duration"),
        ("1e999 s", units.DURATION_S, "is too much"),
        ("9" * 70 + " s", units.DURATION_S, "is not a duration"),
        (True, units.DURATION_S, "is not a duration"),
        (None, units.SHARE, "is not a share"),
        ("3,5 s", units.DURATION_S, "unknown unit"),
        ("1 0 s", units.DURATION_S, "unknown unit"),
    ],
)
def test_wrong_amounts_say_what_would_be_right(value: object, quantity: Quantity, said: str) -> None:
    """Whatever is no amount of the quantity is refused with the reason."""
    with pytest.raises(UnitError) as caught:
        parse(value, quantity)
    assert said in str(caught.value)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()), st.sampled_from(ALL))
def test_any_value_is_an_amount_or_a_unit_error(value: object, quantity: Quantity) -> None:
    """Reading never raises anything else, and never gives an amount that is out of bounds."""
    try:
        amount = parse(value, quantity)
    except UnitError:
        return
    assert math.isfinite(amount)
    assert 0 <= amount <= quantity.most


def test_suggestions_offer_the_nearest_or_all() -> None:
    """A near word is offered alone; without one, all valid words are listed."""
    assert suggest("latncy", ["latency", "kill"]) == "; did you mean `latency`?"
    assert suggest("zzz", ["latency", "kill"]) == "; valid: kill, latency"


def test_quotes_are_short_and_printable() -> None:
    """An error never carries control characters or pages of text."""
    assert quote("a\x1b[31m\nb") == "`a?[31m?b`"
    assert len(quote("x" * 10_000)) < 70
