"""When requests are intended to start: a Poisson process that is a function of its seed.

The gaps are unit exponentials drawn from the seed, divided by the rate in force: E1/rate, E2/rate, ...
When the rate changes, what is left of the present gap is scaled: a surge holds at once, the draws stay.
"""

import random


class Schedule:
    """Intended starts of one arrival process.

    Args:
        seed: Equal seeds give equal schedules.
        rate_rps: Arrivals per second; more than 0.
        start_s: When the process begins, in seconds.
    """

    def __init__(self, seed: str, rate_rps: float, start_s: float) -> None:
        self._chance = random.Random(seed)  # noqa: S311  must be repeatable
        self._rate_rps = rate_rps
        self._next_s = start_s + self._gap_s()

    @property
    def next_s(self) -> float:
        """The next intended start, in seconds."""
        return self._next_s

    def due(self, now_s: float) -> list[float]:
        """The intended starts up to now that were not told yet, oldest first."""
        starts: list[float] = []
        while self._next_s <= now_s:
            starts.append(self._next_s)
            self._next_s += self._gap_s()
        return starts

    def scale(self, rate_rps: float, now_s: float) -> None:
        """From now on, so many arrivals per second."""
        left_s = max(0.0, self._next_s - now_s)
        self._next_s += left_s * (self._rate_rps / rate_rps - 1)
        self._rate_rps = rate_rps

    def _gap_s(self) -> float:
        return self._chance.expovariate(1.0) / self._rate_rps
