"""When requests are intended to start: a Poisson process that is a function of its seed.

The gaps are unit exponentials drawn from the seed, E1, E2, ...: an arrival comes when so many arrivals were to be
expected since the one before (at a constant rate, after E/rate seconds). When the rate changes, what is left of the
present gap goes on at the new one: a surge holds at once, the draws stay, and a ramp is exact, without steps.
"""

import random

from loadgen.rate import Rate


class Schedule:
    """Intended starts of one arrival process.

    Args:
        seed: Equal seeds give equal schedules.
        rate: Arrivals per second.
        start_s: When the process begins, in seconds.
    """

    def __init__(self, seed: str, rate: Rate, start_s: float) -> None:
        self._chance = random.Random(seed)  # noqa: S311  must be repeatable
        self._rate = rate
        self._next_s = rate.after(start_s, self._gap())

    @property
    def next_s(self) -> float:
        """The next intended start, in seconds."""
        return self._next_s

    def due(self, now_s: float) -> list[float]:
        """The intended starts up to now that were not returned yet, oldest first."""
        starts: list[float] = []
        while self._next_s <= now_s:
            starts.append(self._next_s)
            self._next_s = self._rate.after(self._next_s, self._gap())
        return starts

    def change(self, rate: Rate, now_s: float) -> None:
        """From now on, arrivals at this rate."""
        left = self._rate.expected(now_s, max(now_s, self._next_s))
        self._rate = rate
        self._next_s = rate.after(now_s, left)

    def _gap(self) -> float:
        return self._chance.expovariate(1.0)
