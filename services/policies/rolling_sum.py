"""A sum over the latest seconds, in slices: the oldest slice is forgotten as a new one begins.

    period 10 s in 10 slices:  |..|..|..|..|..|..|..|..|..|now|      covers the last 9 to 10 s

The way of Finagle's WindowedAdder, of Hystrix' rolling counters and of resilience4j's time-based window: constant
cost and memory, whatever the rate.
"""

from collections import deque

SLICES = 10


class RollingSum:
    """Amounts of the latest `period_s` seconds.

    Args:
        period_s: How long an amount counts, in seconds.
        width: Amounts that are kept side by side (requests and accepts, say).
    """

    __slots__ = ("_now", "_slice_s", "_slices", "_sums")

    def __init__(self, period_s: float, width: int) -> None:
        self._slice_s = period_s / SLICES
        self._slices: deque[list[float]] = deque([[0.0] * width for _ in range(SLICES)], SLICES)
        self._sums = [0.0] * width
        self._now: int | None = None

    def at(self, now_s: float) -> list[float]:
        """The sums as of now; not to be changed. A clock that goes back brings nothing back."""
        slice_now = int(now_s / self._slice_s)
        if self._now is None:
            self._now = slice_now
        for _ in range(min(slice_now - self._now, SLICES)):
            for which, amount in enumerate(self._slices[0]):
                self._sums[which] -= amount
            self._slices.append([0.0] * len(self._sums))
        self._now = max(self._now, slice_now)
        return self._sums

    def add(self, which: int, amount: float, now_s: float) -> None:
        """Count `amount` where it belongs; if that instant is forgotten already (something is undone late), don't."""
        self.at(now_s)
        age = (self._now or 0) - int(now_s / self._slice_s)
        if age < SLICES:
            self._sums[which] += amount
            self._slices[-1 - age][which] += amount

    def clear(self) -> None:
        """Forget everything."""
        width = len(self._sums)
        self._sums = [0.0] * width
        self._slices.extend([0.0] * width for _ in range(SLICES))
