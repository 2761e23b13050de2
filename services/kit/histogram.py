"""A sparse latency histogram: bucket i holds 1.05^(i-1) ms < x <= 1.05^i ms; bucket 0 holds up to 1 ms."""

import math

_GROWTH = math.log(1.05)
_ROUNDING = 1e-9  # so that exactly 1.05^i ms falls into bucket i


def bucket(latency_ms: float) -> int:
    """The index of the bucket that holds a latency in milliseconds."""
    if latency_ms <= 1:
        return 0
    return math.ceil(math.log(latency_ms) / _GROWTH - _ROUNDING)


def upper_ms(index: int) -> float:
    """The upper bound of a bucket in milliseconds."""
    return float(1.05**index)


class Histogram:
    """Counts by bucket."""

    __slots__ = ("counts", "sum_ms")

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.sum_ms = 0.0

    def add(self, latency_ms: float, index: int | None = None) -> None:
        """One more latency, in milliseconds; `index` is its bucket, where that is known already."""
        if index is None:
            index = bucket(latency_ms)
        self.counts[index] = self.counts.get(index, 0) + 1
        self.sum_ms += latency_ms

    def as_json(self) -> dict[str, int]:
        """Bucket index (as text: JSON's keys) -> count."""
        return {str(index): count for index, count in self.counts.items()}
