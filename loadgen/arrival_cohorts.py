"""Requests by the second of their intended start, and the latency histogram.

Bucket i holds 1.05^(i-1) ms < x <= 1.05^i ms; bucket 0 holds up to 1 ms. (The services have the same: neither
may import the other.)
"""

import math
from typing import Any

from loadgen.traits import MAIN

KEPT_S = 30
_GROWTH = math.log(1.05)
_ROUNDING = 1e-9  # so that exactly 1.05^i ms falls into bucket i


def bucket(latency_ms: float) -> int:
    """The index of the bucket that holds a latency in milliseconds."""
    return 0 if latency_ms <= 1 else math.ceil(math.log(latency_ms) / _GROWTH - _ROUNDING)


def _add(histogram: dict[str, int], latency_ms: float) -> None:
    key = str(bucket(latency_ms))
    histogram[key] = histogram.get(key, 0) + 1


class Cohort:
    """The requests intended to start in one second (CLOCK_MONOTONIC, rounded down)."""

    __slots__ = ("by_client", "failed", "good", "latency", "latency_all", "requests", "second", "sent")

    def __init__(self, second: int) -> None:
        self.second = second
        self.requests = 0
        self.sent = 0
        self.good = 0
        self.failed: dict[str, int] = {}
        self.by_client: dict[str, dict[str, int]] = {}
        self.latency: dict[str, int] = {}
        self.latency_all: dict[str, int] = {}

    def intend(self, client: str) -> None:
        """One more request, for this client."""
        self.requests += 1
        own = self.by_client.setdefault(client, {"requests": 0, "good": 0})
        own["requests"] += 1

    def end(self, failure: str | None, latency_ms: float, client: str = MAIN) -> None:
        """One request has ended.

        Args:
            failure: What went wrong; None: it was good.
            latency_ms: From the intended start to the end, in milliseconds.
            client: Whom it was for.
        """
        _add(self.latency_all, latency_ms)
        if failure is None:
            self.good += 1
            self.by_client[client]["good"] += 1
            _add(self.latency, latency_ms)
        else:
            self.failed[failure] = self.failed.get(failure, 0) + 1

    def closed(self, now_s: float) -> bool:
        """Whether it can't change any more: its second is at least 1 s past, and every request has ended.

        That second is for arrivals that start late; a load that is later than this is vouched for by no check.
        """
        return now_s >= self.second + 2 and self.requests == self.good + sum(self.failed.values())

    def as_json(self, now_s: float) -> dict[str, Any]:
        """As the control port tells it."""
        return {
            "second": self.second,
            "requests": self.requests,
            "sent": self.sent,
            "attempts": self.sent,
            "good": self.good,
            "failed": self.failed,
            "latency": self.latency,
            "latency_all": self.latency_all,
            "by_client": self.by_client,
            "closed": self.closed(now_s),
        }


class Cohorts:
    """The cohorts of the last 30 s, or longer where the give-up time asks for it."""

    def __init__(self) -> None:
        self._by_second: dict[int, Cohort] = {}

    def intend(self, intended_s: float, client: str = MAIN) -> Cohort:
        """The cohort of a request intended to start then, which counts it.

        Seconds between two arrivals have a cohort as well: that nothing was due in them is known, and is no gap in what
        was measured.
        """
        second = math.floor(intended_s)
        cohort = self._by_second.get(second)
        if cohort is None:
            newest = max(self._by_second, default=second)
            for empty in range(max(newest + 1, second - KEPT_S), second):
                self._by_second[empty] = Cohort(empty)
            cohort = self._by_second[second] = Cohort(second)
        cohort.intend(client)
        return cohort

    def as_json(self, after: float, now_s: float, give_up_s: float) -> list[dict[str, Any]]:
        """The cohorts of seconds later than `after`, oldest first."""
        oldest = now_s - KEPT_S - give_up_s
        for second in [second for second in self._by_second if second < oldest]:
            del self._by_second[second]
        kept = [cohort for second, cohort in self._by_second.items() if second > after]
        return [cohort.as_json(now_s) for cohort in kept]
