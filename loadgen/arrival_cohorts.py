"""Sessions by the second of their intended start, and the latency histogram.

Bucket i holds 1.05^(i-1) ms < x <= 1.05^i ms; bucket 0 holds up to 1 ms. (The services have the same: neither
may import the other.)
"""

import math
from typing import Any

from loadgen.customer import ALL

KEPT_S = 30
_GROWTH = math.log(1.05)
_ROUNDING = 1e-9  # so that exactly 1.05^i ms falls into bucket i


def bucket(latency_ms: float) -> int:
    """The index of the bucket that holds a latency in milliseconds."""
    return 0 if latency_ms <= 1 else math.ceil(math.log(latency_ms) / _GROWTH - _ROUNDING)


def _add(histogram: dict[str, int], latency_ms: float) -> None:
    key = str(bucket(latency_ms))
    histogram[key] = histogram.get(key, 0) + 1


class StepCounts:
    """What came of the requests of a step; latency in it is that of the step alone."""

    __slots__ = ("failed", "good", "latency", "sent")

    def __init__(self) -> None:
        self.sent = 0
        self.good = 0
        self.failed: dict[str, int] = {}
        self.latency: dict[str, int] = {}

    def end(self, failure: str | None, latency_ms: float) -> None:
        """One has ended, `latency_ms` after it was intended to start; `failure` None: it was good."""
        if failure is None:
            self.good += 1
            _add(self.latency, latency_ms)
        else:
            self.failed[failure] = self.failed.get(failure, 0) + 1

    def as_json(self) -> dict[str, Any]:
        """As the control port reports it."""
        return {"sent": self.sent, "good": self.good, "failed": self.failed, "latency": self.latency}


class CustomerCounts(StepCounts):
    """What came of a customer's sessions: `requests` were scheduled, `sent` began."""

    __slots__ = ("requests", "steps")

    def __init__(self) -> None:
        super().__init__()
        self.requests = 0
        self.steps: dict[str, StepCounts] = {}

    def step(self, name: str) -> StepCounts:
        """The figures of one of its steps."""
        return self.steps.setdefault(name, StepCounts())

    def as_json(self) -> dict[str, Any]:
        """As the control port reports it; steps where a session has several."""
        own = {"requests": self.requests, **super().as_json()}
        return {**own, "steps": {name: step.as_json() for name, step in self.steps.items()}}


class ArrivalCohort:
    """The sessions intended to start in one second (CLOCK_MONOTONIC, rounded down), in all and by customer."""

    __slots__ = ("customers", "latency_all", "second", "total")

    def __init__(self, second: int) -> None:
        self.second = second
        self.total = CustomerCounts()
        self.latency_all: dict[str, int] = {}
        self.customers: dict[str, CustomerCounts] = {}

    def intend(self, customer: str) -> None:
        """One more session of this customer."""
        for figures in self._of(customer):
            figures.requests += 1

    def begin(self, customer: str = ALL) -> None:
        """One of them is begun."""
        for figures in self._of(customer):
            figures.sent += 1

    def end(self, failure: str | None, latency_ms: float, customer: str = ALL) -> None:
        """One of them has ended.

        Args:
            failure: What went wrong; None: it was good.
            latency_ms: From the intended start to the end, in milliseconds, pauses not counted.
            customer: Whose it was.
        """
        _add(self.latency_all, latency_ms)
        for figures in self._of(customer):
            figures.end(failure, latency_ms)

    def step(self, customer: str, name: str) -> StepCounts:
        """The figures of a customer's step."""
        return self.customers[customer].step(name)

    def _of(self, customer: str) -> tuple[CustomerCounts, ...]:
        """The figures that a customer's session counts in: a load without names has only those in all."""
        if customer == ALL:
            return (self.total,)
        return self.total, self.customers.setdefault(customer, CustomerCounts())

    def closed(self, now_s: float) -> bool:
        """Whether it can't change any more: its second is at least 1 s past, and every session has ended.

        That second is for arrivals that start late; a load that is later than this fails the check of its lag.
        """
        ended = self.total.good + sum(self.total.failed.values())
        return now_s >= self.second + 2 and self.total.requests == ended

    def as_json(self, now_s: float) -> dict[str, Any]:
        """As the control port reports it."""
        return {
            "second": self.second,
            "requests": self.total.requests,
            "sent": self.total.sent,
            "attempts": self.total.sent,
            "good": self.total.good,
            "failed": self.total.failed,
            "latency": self.total.latency,
            "latency_all": self.latency_all,
            "customers": {name: figures.as_json() for name, figures in self.customers.items()},
            "closed": self.closed(now_s),
        }


class ArrivalCohorts:
    """The cohorts of the last 30 s, or longer where sessions may take longer."""

    def __init__(self) -> None:
        self._by_second: dict[int, ArrivalCohort] = {}

    def intend(self, intended_s: float, customer: str = ALL) -> ArrivalCohort:
        """The cohort of a session intended to start then, which counts it.

        Seconds between two arrivals have a cohort as well: that nothing was due in them is known, and is no gap in what
        was measured.
        """
        second = math.floor(intended_s)
        cohort = self._by_second.get(second)
        if cohort is None:
            newest = max(self._by_second, default=second)
            for empty in range(max(newest + 1, second - KEPT_S), second):
                self._by_second[empty] = ArrivalCohort(empty)
            cohort = self._by_second[second] = ArrivalCohort(second)
        cohort.intend(customer)
        return cohort

    def as_json(self, after: float, now_s: float, patience_s: float) -> list[dict[str, Any]]:
        """The cohorts of seconds later than `after`, oldest first."""
        oldest = now_s - KEPT_S - patience_s
        for second in [second for second in self._by_second if second < oldest]:
            del self._by_second[second]
        kept = [cohort for second, cohort in self._by_second.items() if second > after]
        return [cohort.as_json(now_s) for cohort in kept]
