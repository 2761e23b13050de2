"""What the load counts: cumulative, in all and by customer, and by cohort of the intended start.

intended = sent + unsent + not begun yet;   sent = ok + failed (but unsent) + in flight

These are of sessions. `requests` are what went over the wire: as many as sessions where each has one step.
"""

import math
import time
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from loadgen.arrival_cohorts import ArrivalCohort, ArrivalCohorts
from loadgen.customer import ALL

UNSENT = "unsent"  # given up before it could start: the load itself was late
_LAG_WINDOW_S = 2.0


class Totals:
    """Cumulative counters, of a customer or in all."""

    __slots__ = ("failed", "in_flight", "intended", "ok", "requests", "sent")

    def __init__(self) -> None:
        self.intended = 0
        self.sent = 0
        self.requests = 0
        self.ok = 0
        self.in_flight = 0
        self.failed: dict[str, int] = {}

    def begin(self) -> None:
        """A session is begun."""
        self.sent += 1
        self.in_flight += 1

    def end(self, failure: str | None) -> None:
        """A session has ended, or was never sent."""
        if failure != UNSENT:
            self.in_flight -= 1
        if failure is None:
            self.ok += 1
        else:
            self.failed[failure] = self.failed.get(failure, 0) + 1

    def as_json(self) -> dict[str, Any]:
        """As the control port reports it."""
        return {
            "intended_total": self.intended,
            "sent_total": self.sent,
            "requests_total": self.requests,
            "ok_total": self.ok,
            "failed_total": self.failed,
            "in_flight": self.in_flight,
        }


class LoadTally:
    """The counters of this process."""

    def __init__(self) -> None:
        self.total = Totals()
        self.customers: dict[str, Totals] = {}
        self.errors: dict[str, int] = {"EMFILE": 0, "EADDRNOTAVAIL": 0}
        self.cohorts = ArrivalCohorts()
        self._lags: deque[tuple[float, float]] = deque()

    def intend(self, intended_s: float, customer: str = ALL) -> ArrivalCohort:
        """An arrival of a customer's schedule."""
        for totals in self._of(customer):
            totals.intended += 1
        return self.cohorts.intend(intended_s, customer)

    def begin(self, cohort: ArrivalCohort, lag_s: float, now_s: float, customer: str = ALL) -> None:
        """A session is begun, `lag_s` after it was intended to."""
        for totals in self._of(customer):
            totals.begin()
        cohort.begin(customer)
        self.late(lag_s, now_s)

    def request(self, customer: str = ALL) -> None:
        """One of its requests is sent."""
        for totals in self._of(customer):
            totals.requests += 1

    def late(self, lag_s: float, now_s: float) -> None:
        """An arrival was acted on `lag_s` after its intended start."""
        self._lags.append((now_s, lag_s * 1000))
        while self._lags[0][0] < now_s - _LAG_WINDOW_S:
            self._lags.popleft()

    def end(self, cohort: ArrivalCohort, failure: str | None, latency_ms: float, customer: str = ALL) -> None:
        """A session has ended, or was never sent."""
        for totals in self._of(customer):
            totals.end(failure)
        cohort.end(failure, latency_ms, customer)

    def error(self, name: str) -> None:
        """Trouble of the machine, such as EMFILE."""
        self.errors[name] = self.errors.get(name, 0) + 1

    def lag_p99_ms(self) -> float:
        """How late sessions were begun, 99th percentile of the last 2 s, in milliseconds; 0 without any."""
        since_s = time.monotonic() - _LAG_WINDOW_S
        ordered = sorted(lag for at_s, lag in self._lags if at_s >= since_s)
        return round(ordered[math.ceil(0.99 * len(ordered)) - 1], 3) if ordered else 0.0

    def as_json(self, patience_s: float, rates_rps: Mapping[str, float], after: float) -> dict[str, Any]:
        """The entries `load` and `cohorts` of /counters.

        Args:
            patience_s: How long a session may take.
            rates_rps: The customers' rates now.
            after: The second up to which no cohorts are asked for.
        """
        now_s = time.monotonic()
        return {
            "now_s": now_s,
            "cpu_s_total": time.process_time(),
            "errors_total": self.errors,
            "load": {
                **self.total.as_json(),
                "lag_p99_ms": self.lag_p99_ms(),
                "rate_rps": sum(rates_rps.values()),
                "customers": {
                    name: {**totals.as_json(), "rate_rps": rates_rps.get(name, 0.0)}
                    for name, totals in self.customers.items()
                },
            },
            "cohorts": self.cohorts.as_json(after, now_s, patience_s),
        }

    def _of(self, customer: str) -> Iterator[Totals]:
        """The counters that a customer's session counts in."""
        yield self.total
        if customer != ALL:
            yield self.customers.setdefault(customer, Totals())
