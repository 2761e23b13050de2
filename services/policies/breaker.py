"""Circuit breaker: after too many failures stop asking for a while, then ask a few times before going on.

    closed ──failures in the last `window` attempts >= share (at least `minimum` seen)──▶ open
    open ──after `open` seconds──▶ half-open ──`probes` attempts: fewer failures than share──▶ closed
                                       └────────── at least share ──▶ open

Share, window and probes are resilience4j's defaults (50 %, 100, 10); `minimum` and `open` are Hystrix's (20,
5 s): with resilience4j's own 100 and 60 s a lab of 100 requests/s would react too late to be watched.
"""

from collections import deque

from services.policies.base import Call, Kind, Outcome, Rejection
from services.policies.neutral import Neutral
from services.policies.parameters import Parameter, Spec

_FAILURES = frozenset({Kind.TIMEOUT, Kind.REFUSED, Kind.RESET, Kind.SERVER_ERROR})


class Breaker(Neutral):
    """A circuit breaker over a window of attempts.

    Args:
        failures: The share of failures that opens it (0.5: 50 %).
        window: How many of the latest attempts are looked at.
        minimum: It never opens on fewer attempts than this.
        open_s: How long it stays open, in seconds.
        probes: Attempts let through when half-open.
    """

    def __init__(self, failures: float, window: int, minimum: int, open_s: float, probes: int) -> None:
        self._share = failures
        self._minimum = min(minimum, window)
        self._open_s = open_s
        self._probes = probes
        self._failed: deque[bool] = deque(maxlen=window)
        self._state = "closed"
        self._epoch = 0  # one more at each change of state: what began before it no longer counts
        self._until_s = 0.0
        self._asked: dict[Call, int] = {}
        self._slots = 0

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        """Refused while open; when half-open, only as many as there are probe slots."""
        if self._state == "open" and now_s >= self._until_s:
            self._change("half-open")
            self._slots = self._probes
        if self._state == "open" or (self._state == "half-open" and self._slots == 0):
            return Rejection("breaker")
        if self._state == "half-open":
            self._slots -= 1
        self._asked[call] = self._epoch
        return None

    def release(self, call: Call) -> None:
        """Give the probe slot back."""
        if self._asked.pop(call, None) == self._epoch and self._state == "half-open":
            self._slots += 1

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:
        """Count a failure or a success; an attempt that proves neither gives its slot back."""
        if outcome.kind is Kind.OTHER:
            self.release(call)
            return
        if self._asked.pop(call, None) != self._epoch:
            return
        self._failed.append(outcome.kind in _FAILURES)
        if self._state == "closed":
            if len(self._failed) >= self._minimum and sum(self._failed) >= self._share * len(self._failed):
                self._open(now_s)
        elif sum(self._failed) >= self._share * self._probes:
            self._open(now_s)
        elif len(self._failed) - sum(self._failed) > (1 - self._share) * self._probes:
            self._change("closed")

    def state(self) -> str | None:
        """Closed, open or half-open."""
        return self._state

    def _open(self, now_s: float) -> None:
        self._until_s = now_s + self._open_s
        self._change("open")

    def _change(self, state: str) -> None:
        self._state = state
        self._epoch += 1
        self._failed.clear()


SPEC = Spec(
    "breaker",
    "guard",
    rank=1,
    parameters={
        "failures": Parameter("share", default=0.5, least=0.01, most=1),
        "window": Parameter("count", default=100, least=1, most=10_000),
        "minimum": Parameter("count", default=20, least=1, most=10_000),
        "open": Parameter("duration", default=5, least=0.01, most=600),
        "probes": Parameter("count", default=10, least=1, most=1000),
    },
    build=lambda given, _chance: Breaker(
        given["failures"], int(given["window"]), int(given["minimum"]), given["open"], int(given["probes"])
    ),
)
