"""What an arrival is besides its start: a rank, and the client that it is for.

Both are a function of the seed, drawn from a source of their own: the schedule's draws stay what they are. Both are
drawn for every arrival, whatever the share: another share of streaming changes no rank.
"""

import random
from dataclasses import dataclass

PRIORITY = "X-Priority"
RANKS = 100
MAIN = "/"
STREAMING = "/streaming"


@dataclass(frozen=True, slots=True)
class Traits:
    """Of one arrival.

    Args:
        priority: 0 to 99, all alike likely; sent as X-Priority, 0 is shed first.
        client: Whom it is for, as the beginning of its path: "/" or "/streaming".
    """

    priority: int
    client: str

    def path(self, asked: str) -> str:
        """Where it goes: the path that is asked for, below that of its client."""
        return asked if self.client == MAIN else f"{self.client}{asked.rstrip('/')}"


class TraitSource:
    """The traits of one arrival process.

    Args:
        seed: Equal seeds give equal traits.
    """

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(f"{seed}/traits")  # noqa: S311  must be repeatable

    def next(self, streaming_share: float) -> Traits:
        """The traits of the next arrival, where a share of 0 to 1 is streaming."""
        rank, other = self._chance.random(), self._chance.random()
        return Traits(int(rank * RANKS), STREAMING if other < streaming_share else MAIN)
