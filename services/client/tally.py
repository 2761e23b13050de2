"""What the client counts.

attempts = ok + timeout + refused + reset + 5xx + 4xx + other + in flight

An attempt counts from the moment a connect or the reuse of a connection starts; rejections count apart, and so does
who found no free connection in the pool in time (`pool`). A hedge that lost its race ends as `other`. `first_attempts`
are those of the attempts that were the first of their call: all others are retries (or hedges).
"""

import time
from typing import Any

from services.kit.cohorts import Cohort, Cohorts
from services.kit.histogram import Histogram
from services.policies import Call, OutcomeKind, rejections

REJECTIONS = rejections()


class AttemptTally:
    """Cumulative counters of one client."""

    def __init__(self) -> None:
        self.calls = 0
        self.attempts = 0
        self.first_attempts = 0
        self.in_flight = 0
        self.outcomes: dict[str, int] = dict.fromkeys([*(kind.value for kind in OutcomeKind), *REJECTIONS], 0)
        self.errors: dict[str, int] = {}
        self.latency = Histogram()
        self.cohorts = Cohorts()

    def reject(self, by: str) -> None:
        """An attempt that was not to be made."""
        self.outcomes[by] = self.outcomes.get(by, 0) + 1

    def error(self, name: str) -> None:
        """Trouble of the machine, such as EMFILE."""
        self.errors[name] = self.errors.get(name, 0) + 1

    def as_json(self) -> dict[str, Any]:
        """The counters as the control port reports them."""
        return {
            "calls_total": self.calls,
            "attempts_total": self.attempts,
            "first_attempts_total": self.first_attempts,
            "outcomes_total": self.outcomes,
            "attempts_in_flight": self.in_flight,
            "latency": self.latency.as_json(),
            "latency_sum_ms": round(self.latency.sum_ms, 3),
        }


class Attempt:
    """One try over the bridge; knows whether it has begun to cost the bridge anything."""

    __slots__ = ("_call", "_cohort", "_started_s", "_tally")

    def __init__(self, tally: AttemptTally, cohort: Cohort, call: Call) -> None:
        self._tally = tally
        self._cohort = cohort
        self._call = call
        self._started_s: float | None = None

    @property
    def started(self) -> bool:
        """Whether it has begun to cost anything: until then it is no attempt."""
        return self._started_s is not None

    def start(self) -> None:
        """A connect or the reuse of a connection starts."""
        self._started_s = time.monotonic()
        self._tally.attempts += 1
        if not self._call.tried:
            self._call.tried = True
            self._tally.first_attempts += 1
        self._tally.in_flight += 1
        self._cohort.attempts += 1

    def end(self, kind: OutcomeKind) -> None:
        """One that was started has ended."""
        if self._started_s is None:
            raise RuntimeError("an attempt that never started can't end")
        self._tally.in_flight -= 1
        self._tally.outcomes[kind.value] += 1
        self._tally.latency.add((time.monotonic() - self._started_s) * 1000)
