"""k of n with a 95 % interval, by Wilson (E. B. Wilson, 1927): honest for few runs and for 0 or n of n.

Four lines of our own: ``scipy.stats`` has it, for 0.6 s and 88 MB in the process that has just measured.
"""

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959963984540054
"""The standard normal's 97.5th percentile."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """``k`` of ``n``, and the shares (0..1) between which the truth lies with 95 % confidence."""

    k: int
    n: int
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.k} of {self.n} (95 % interval {100 * self.low:.0f}..{100 * self.high:.0f} %)"


def wilson(k: int, n: int) -> Proportion:
    """The Wilson score interval of ``k`` successes in ``n`` runs.

    Raises:
        ValueError: ``k`` is not from 0 to ``n``.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no proportion")
    if n == 0:
        return Proportion(0, 0, 0.0, 1.0)
    share, square = k / n, Z_95**2 / n
    middle = (share + square / 2) / (1 + square)
    half = Z_95 * sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    return Proportion(k, n, 0.0 if k == 0 else middle - half, 1.0 if k == n else middle + half)
