"""The attempts that a breaker looks at: the latest so many, or those of the latest seconds."""

from collections import deque
from typing import Protocol

from services.policies.rolling_sum import RollingSum

_ATTEMPTS, _FAILURES = 0, 1


class Window(Protocol):
    """Attempts and how many of them failed."""

    def add(self, now_s: float, *, failed: bool) -> tuple[int, int]:
        """One more has ended; attempts and failures in the window."""

    def clear(self) -> None:
        """Forget everything."""


class CountWindow:
    """The latest attempts, however long ago.

    Args:
        size: How many.
    """

    def __init__(self, size: int) -> None:
        self._failed: deque[bool] = deque(maxlen=size)
        self._failures = 0

    def add(self, now_s: float, *, failed: bool) -> tuple[int, int]:  # noqa: ARG002  Window's signature
        """One more has ended; attempts and failures in the window."""
        if len(self._failed) == self._failed.maxlen:
            self._failures -= self._failed[0]
        self._failed.append(failed)
        self._failures += failed
        return len(self._failed), self._failures

    def clear(self) -> None:
        """Forget everything."""
        self._failed.clear()
        self._failures = 0


class TimeWindow:
    """The attempts of the latest seconds, however many, in ten slices.

    Args:
        period_s: How long an attempt counts, in seconds.
    """

    def __init__(self, period_s: float) -> None:
        self._counts = RollingSum(period_s, width=2)

    def add(self, now_s: float, *, failed: bool) -> tuple[int, int]:
        """One more has ended; attempts and failures in the window."""
        self._counts.add(_ATTEMPTS, 1, now_s)
        if failed:
            self._counts.add(_FAILURES, 1, now_s)
        attempts, failures = self._counts.at(now_s)
        return round(attempts), round(failures)

    def clear(self) -> None:
        """Forget everything."""
        self._counts.clear()
