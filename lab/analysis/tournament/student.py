"""Student's t distribution for whole degrees of freedom and others, without a statistics library.

P(|T| > t) = I_x(df/2, 1/2) with x = df / (df + t^2) (Abramowitz and Stegun, 26.7.1 and 26.5.27), the regularised
incomplete beta function by its continued fraction (the same, 26.5.8), evaluated by Lentz's method.
"""

from functools import lru_cache
from math import exp, inf, lgamma, log, log1p

_TINY = 1e-300
_NEAR = 1e-9
"""A quantile is exact to this share of itself."""
_CLOSE = 1e-14
_TERMS = 500


def two_sided_p(t: float, df: float) -> float:
    """The chance of a |T| at least this far from 0."""
    if t == 0:
        return 1.0
    if abs(t) == inf:
        return 0.0
    return _beta(df / (df + t * t), df / 2, 0.5)


@lru_cache(maxsize=256)
def quantile(confidence: float, df: float) -> float:
    """The t that |T| does not exceed with this confidence (0..1): 2.776 for 0.95 and 4 degrees of freedom.

    Raises:
        ValueError: confidence is not between 0 and 1, or there is no degree of freedom.
    """
    if not 0 < confidence < 1 or df <= 0:
        raise ValueError(f"no t for a confidence of {confidence} and {df} degrees of freedom")
    low, high = 0.0, 1.0
    while two_sided_p(high, df) > 1 - confidence:
        high *= 2
    while high - low > _NEAR * high:
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided_p(middle, df) > 1 - confidence else (low, middle)
    return high


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b)."""
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of 26.5.8: two of its terms a step."""
    c, d = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _TERMS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / _apart(1 + term * d), _apart(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return value


def _apart(value: float) -> float:
    """Never quite 0, as Lentz's method wants it."""
    return value if abs(value) > _TINY else _TINY
