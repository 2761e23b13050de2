"""What a mean over the seconds of one run is good for: the moving-block bootstrap.

Seconds of a run hang together (a queue, a retry, a timeout last for several), so that they can't be drawn one by one.
Blocks of neighbouring seconds are drawn instead, with replacement, until there are as many as before (H. R. Kuensch,
Annals of Statistics 17, 1989). The spread of the statistic over many draws is its standard error. The interval takes
Student's t with one degree of freedom fewer than there are blocks, for a run has few of them.
"""

from collections.abc import Callable, Sequence
from math import ceil, sqrt
from random import Random
from statistics import stdev
from typing import TypeVar

from lab.analysis.tournament import student

LEAST_BLOCKS = 4
"""Fewer blocks than this say nothing about a spread."""

BLOCK_S = 5
"""A block is at least this long: what a request that was sent in a second can do to the seconds after it."""

DRAWS = 1000
SEED = 1989
"""The same runs always come to the same interval."""

T = TypeVar("T")


def block_length(seconds: int) -> int:
    """Seconds of a block: the square root of all there are, at least 5."""
    return max(BLOCK_S, ceil(sqrt(seconds)))


def half_width(
    seconds: Sequence[T], statistic: Callable[[Sequence[T]], float | None], confidence: float = 0.95
) -> float | None:
    """Half of the statistic's interval; None where there are too few seconds (or draws in which it is known).

    Args:
        seconds: what was seen, second by second, in order.
        statistic: of any such sequence; None where it is undetermined.
        confidence: of the interval, 0..1.
    """
    length = block_length(len(seconds))
    blocks = len(seconds) // length
    if blocks < LEAST_BLOCKS:
        return None
    chance, starts = Random(SEED), len(seconds) - length + 1  # noqa: S311 - statistics, nothing secret
    found = []
    for _ in range(DRAWS):
        drawn = [chance.randrange(starts) for _ in range(ceil(len(seconds) / length))]
        value = statistic([one for start in drawn for one in seconds[start : start + length]][: len(seconds)])
        if value is not None:
            found.append(value)
    if len(found) < DRAWS // 2:
        return None
    shrunk = sqrt(len(seconds) / (len(seconds) - length))  # block means scatter less than the whole does
    return student.quantile(confidence, blocks - 1) * stdev(found) * shrunk
