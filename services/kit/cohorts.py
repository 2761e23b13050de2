"""Calls by the second in which they started: what a verdict counts with.

A cohort is closed when all its calls have ended and its second is at least 1 s past: it can't change then.
"""

import math
from typing import Any

from services.kit.histogram import Histogram, bucket

KEPT_S = 30


class Cohort:
    """The calls that started in one second (CLOCK_MONOTONIC, rounded down)."""

    __slots__ = ("attempts", "failed", "good", "latency", "latency_all", "requests", "second")

    def __init__(self, second: int) -> None:
        self.second = second
        self.requests = 0
        self.attempts = 0
        self.good = 0
        self.failed: dict[str, int] = {}
        self.latency = Histogram()
        self.latency_all = Histogram()

    def end(self, failure: str | None, latency_ms: float) -> None:
        """One of its calls has ended.

        Args:
            failure: What went wrong in the end; None: it was good.
            latency_ms: From the call's start to its end, in milliseconds.
        """
        index = bucket(latency_ms)
        self.latency_all.add(latency_ms, index)
        if failure is None:
            self.good += 1
            self.latency.add(latency_ms, index)
        else:
            self.failed[failure] = self.failed.get(failure, 0) + 1

    def closed(self, now_s: float) -> bool:
        """Whether it can't change any more."""
        return now_s >= self.second + 2 and self.requests == self.good + sum(self.failed.values())

    def as_json(self, now_s: float) -> dict[str, Any]:
        """As the control port reports it."""
        return {
            "second": self.second,
            "requests": self.requests,
            "sent": self.requests,
            "attempts": self.attempts,
            "good": self.good,
            "failed": self.failed,
            "latency": self.latency.as_json(),
            "latency_all": self.latency_all.as_json(),
            "closed": self.closed(now_s),
        }


class Cohorts:
    """The cohorts of the last 30 s."""

    def __init__(self) -> None:
        self._by_second: dict[int, Cohort] = {}

    def begin(self, now_s: float) -> Cohort:
        """The cohort of a call that starts now, which counts it."""
        second = math.floor(now_s)
        cohort = self._by_second.get(second)
        if cohort is None:
            cohort = self._by_second[second] = Cohort(second)
            self._forget(second - KEPT_S)
        cohort.requests += 1
        return cohort

    def as_json(self, after: float, now_s: float) -> list[dict[str, Any]]:
        """The cohorts of seconds later than `after`, oldest first."""
        self._forget(math.floor(now_s) - KEPT_S)
        return [cohort.as_json(now_s) for second, cohort in self._by_second.items() if second > after]

    def _forget(self, before: int) -> None:
        for second in [second for second in self._by_second if second < before]:
            del self._by_second[second]
