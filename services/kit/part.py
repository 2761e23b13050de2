"""Which worker of how many."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One worker of a service.

    Args:
        index: Which one, from 0 on.
        of: How many there are.
    """

    index: int
    of: int

    def __str__(self) -> str:
        return f"worker {self.index + 1} of {self.of}"
