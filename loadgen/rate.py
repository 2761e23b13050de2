"""The rate of arrivals over time: constant, or changed in a straight line over some seconds.

    rate
      to_rps  |          .-----------
              |        .'
      from_rps|------.'
              +------|---|----------- time
                start_s  start_s + over_s

Arrivals are drawn in units of expected arrivals, so what is asked here is the area under this line.
"""

import itertools
import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """Arrivals per second, more than 0 everywhere. With ``over_s`` 0 it is ``to_rps`` from ``start_s`` on."""

    from_rps: float
    to_rps: float
    start_s: float
    over_s: float = 0.0

    @classmethod
    def constant(cls, rate_rps: float) -> "Rate":
        """The same at all times."""
        return cls(rate_rps, rate_rps, 0.0)

    def at(self, t: float) -> float:
        """Arrivals per second at a moment."""
        if t >= self.start_s + self.over_s:
            return self.to_rps
        return self.from_rps + self._slope * max(0.0, t - self.start_s)

    def expected(self, start_s: float, end_s: float) -> float:
        """Arrivals that are expected between two moments: the area under the line."""
        corners = sorted({start_s, *(t for t in (self.start_s, self._end_s) if start_s < t < end_s), end_s})
        pieces = itertools.pairwise(corners)  # within each the line is straight
        return sum((b - a) * self.at((a + b) / 2) for a, b in pieces)

    def after(self, start_s: float, units: float) -> float:
        """The moment by which so many arrivals are expected since `start_s`, not before the line's own start."""
        rate_rps, left_s = self.at(start_s), self._end_s - start_s
        if left_s <= 0:
            return start_s + units / self.to_rps
        inside = self.expected(start_s, self._end_s)
        if units > inside:
            return self._end_s + (units - inside) / self.to_rps
        # units = rate * x + slope * x^2 / 2, solved for x in the form that loses no digits when the slope is small
        root = math.sqrt(max(0.0, rate_rps**2 + 2 * self._slope * units))
        return min(self._end_s, start_s + 2 * units / (rate_rps + root))

    @property
    def _end_s(self) -> float:
        return self.start_s + self.over_s

    @property
    def _slope(self) -> float:
        return (self.to_rps - self.from_rps) / self.over_s if self.over_s > 0 else 0.0

    def scaled(self, factor: float) -> "Rate":
        """A share of it, or a multiple."""
        return Rate(self.from_rps * factor, self.to_rps * factor, self.start_s, self.over_s)
