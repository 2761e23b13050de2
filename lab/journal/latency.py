"""Latency as a sparse histogram with buckets that grow by 5 %.

Bucket ``i`` holds ``1.05^(i-1) ms < x <= 1.05^i ms``, bucket 0 everything up to 1 ms. A percentile is
interpolated linearly inside its bucket, so it is never off by more than 5 % of itself.
"""

import math
from collections.abc import Mapping

GROWTH = 1.05
FIRST_MS = 1.0


def bucket(latency_ms: float) -> int:
    """The bucket that holds a latency."""
    if latency_ms <= FIRST_MS:
        return 0
    index = math.ceil(math.log(latency_ms / FIRST_MS) / math.log(GROWTH))
    while upper_ms(index) < latency_ms:  # the logarithm may round down at a bound
        index += 1
    while upper_ms(index - 1) >= latency_ms:  # or up
        index -= 1
    return index


def upper_ms(index: int) -> float:
    """The largest latency of a bucket, which still belongs to it."""
    return float(FIRST_MS * GROWTH**index)


class Histogram:
    """Counts of latencies by bucket; starts as a copy of ``buckets`` (as in the journal: text -> count)."""

    def __init__(self, buckets: Mapping[str, int] | None = None) -> None:
        self._counts: dict[int, int] = {}
        self.merge(buckets or {})

    @property
    def count(self) -> int:
        """How many latencies are in it."""
        return sum(self._counts.values())

    def add(self, latency_ms: float, times: int = 1) -> None:
        """Count a latency."""
        index = bucket(latency_ms)
        self._counts[index] = self._counts.get(index, 0) + times

    def merge(self, buckets: Mapping[str, int]) -> None:
        """Add the counts of another histogram."""
        for index, count in buckets.items():
            self._counts[int(index)] = self._counts.get(int(index), 0) + count

    def buckets(self) -> dict[str, int]:
        """As the journal has it."""
        return {str(index): count for index, count in sorted(self._counts.items())}

    def percentile(self, share: float) -> float | None:
        """The latency in ms that this share (0..1) of all did not exceed; None when empty."""
        wanted = share * self.count
        below = 0
        for index, count in sorted(self._counts.items()):
            if count and below + count >= wanted:
                lower = upper_ms(index - 1) if index > 0 else 0.0
                return lower + (upper_ms(index) - lower) * max(0.0, wanted - below) / count
            below += count
        return None
