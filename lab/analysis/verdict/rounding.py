"""Figures of a verdict as a person can use them."""

_PLACES = 4


def short(value: float | None) -> float | None:
    """Rounded to four places; None stays None."""
    return None if value is None else round(value, _PLACES)
