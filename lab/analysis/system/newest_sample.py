"""The newest sample of a second: by bisection, since a run's samples are in the order of their time."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import TypeVar

from lab.journal.entry import Entry

OLDEST_S = 1.0
"""A sample is taken once a second, never exactly on it: one from the second before still says how a thing is."""

AnyEntry = TypeVar("AnyEntry", bound=Entry)


def newest_until(samples: Sequence[AnyEntry], second: int) -> AnyEntry | None:
    """The newest that was taken before a second had ended, however old; None: none was."""
    after = taken_until(samples, second)
    return samples[after - 1] if after else None


def newest_in(samples: Sequence[AnyEntry], second: int) -> AnyEntry | None:
    """The newest that is of the second, or of the one before; None: not read lately."""
    sample = newest_until(samples, second)
    return None if sample is None or sample.t < second - OLDEST_S else sample


def taken_until(samples: Sequence[AnyEntry], second: int) -> int:
    """How many were taken before a second had ended. Visits log2(n) of them."""
    end_s = float(second + 1)
    return bisect_left(samples, end_s, key=lambda sample: sample.t)
