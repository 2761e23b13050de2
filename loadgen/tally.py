"""What the load counts: cumulative, and by cohort of the intended start.

intended = sent + unsent + not begun yet;   sent = ok + failed (but unsent) + in flight
"""

import math
import time
from collections import deque
from typing import Any

from loadgen.arrival_cohorts import Cohort, Cohorts
from loadgen.load_settings import Settings
from loadgen.traits import MAIN

UNSENT = "unsent"  # given up before it could start: the load itself was late
_LAG_WINDOW_S = 2.0


class Tally:
    """The counters of this process."""

    def __init__(self) -> None:
        self.intended = 0
        self.sent = 0
        self.ok = 0
        self.in_flight = 0
        self.failed: dict[str, int] = {}
        self.errors: dict[str, int] = {"EMFILE": 0, "EADDRNOTAVAIL": 0}
        self.cohorts = Cohorts()
        self._lags: deque[tuple[float, float]] = deque()

    def intend(self, intended_s: float, client: str = MAIN) -> Cohort:
        """An arrival of the schedule, for a client."""
        self.intended += 1
        return self.cohorts.intend(intended_s, client)

    def begin(self, cohort: Cohort, lag_s: float, now_s: float) -> None:
        """A request is sent, `lag_s` after it was intended to."""
        self.sent += 1
        self.in_flight += 1
        cohort.sent += 1
        self.late(lag_s, now_s)

    def late(self, lag_s: float, now_s: float) -> None:
        """An arrival was acted on `lag_s` after its intended start."""
        self._lags.append((now_s, lag_s * 1000))
        while self._lags[0][0] < now_s - _LAG_WINDOW_S:
            self._lags.popleft()

    def end(self, cohort: Cohort, failure: str | None, latency_ms: float, client: str = MAIN) -> None:
        """A request has ended, or was never sent."""
        if failure != UNSENT:
            self.in_flight -= 1
        if failure is None:
            self.ok += 1
        else:
            self.failed[failure] = self.failed.get(failure, 0) + 1
        cohort.end(failure, latency_ms, client)

    def error(self, name: str) -> None:
        """Trouble of the machine, such as EMFILE."""
        self.errors[name] = self.errors.get(name, 0) + 1

    def lag_p99_ms(self) -> float:
        """How late requests were sent, 99th percentile of the last 2 s, in milliseconds; 0 without any."""
        since_s = time.monotonic() - _LAG_WINDOW_S
        ordered = sorted(lag for at_s, lag in self._lags if at_s >= since_s)
        return round(ordered[math.ceil(0.99 * len(ordered)) - 1], 3) if ordered else 0.0

    def as_json(self, settings: Settings, rate_rps: float, after: float) -> dict[str, Any]:
        """The entries `load` and `cohorts` of /counters; `rate_rps` is the rate in force now."""
        now_s = time.monotonic()
        return {
            "now_s": now_s,
            "cpu_s_total": time.process_time(),
            "errors_total": self.errors,
            "load": {
                "intended_total": self.intended,
                "sent_total": self.sent,
                "ok_total": self.ok,
                "failed_total": self.failed,
                "lag_p99_ms": self.lag_p99_ms(),
                "in_flight": self.in_flight,
                "rate_rps": rate_rps if settings.running else 0.0,
            },
            "cohorts": self.cohorts.as_json(after, now_s, settings.give_up_s),
        }
