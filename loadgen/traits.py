"""What an arrival is besides its start: a rank, by which a front door sheds.

It is a function of the seed, drawn from a source of its own: the schedule's draws stay what they are.
"""

import random
from dataclasses import dataclass

PRIORITY = "X-Priority"
RANKS = 100


@dataclass(frozen=True, slots=True)
class ArrivalTraits:
    """Of one arrival.

    Args:
        priority: 0 to 99, all alike likely; sent as X-Priority, 0 is shed first.
    """

    priority: int


class TraitSource:
    """The traits of one arrival process.

    Args:
        seed: Equal seeds give equal traits.
    """

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(f"{seed}/traits")  # noqa: S311  must be repeatable

    def next(self) -> ArrivalTraits:
        """The traits of the next arrival."""
        # Two draws: the second was whom a request is for, before customers had schedules of their own. Ranks of a
        # seed stay what they were.
        rank, _ = self._chance.random(), self._chance.random()
        return ArrivalTraits(int(rank * RANKS))
