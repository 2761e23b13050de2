"""Circuit breaker: after too many failures stop asking for a while, then ask a few times before going on.

    closed ──failures in the window >= share (at least `minimum` seen)──▶ open
    open ──after `open` seconds──▶ half-open ──all `probes` ended: fewer failures than share──▶ closed
                                       └────────── at least share ──▶ open

Half-open decides when the last of its probes has ended, and until then refuses everything else, as resilience4j does.
A probe that was cancelled or not made gives its place to another one: there is always one under way or one to come.
The window is the latest `window` attempts or, with a `period`, those of the latest seconds (resilience4j's
COUNT_BASED and TIME_BASED). A `window` smaller than `minimum` lowers that to its size: it could never open. A `window`
beside a `period` would have no effect, and is refused.

Sources: share, window and probes are resilience4j's defaults (50 %, 100, 10); `minimum` and `open` are Hystrix's (20,
5 s; its window is 10 s): with resilience4j's own 100 and 60 s a lab of 100 requests/s would react too late to be
watched.
Defaults: failures 50%, window 100, minimum 20, open 5 s, probes 10, period 0 s.
"""

import math
import random
from collections.abc import Mapping

from services.policies.in_flight_costs import InFlightCosts
from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec, Values
from services.policies.policy import Call, Outcome, OutcomeKind, Rejection
from services.policies.windows import CountWindow, TimeWindow, Window

_FAILURES = frozenset({OutcomeKind.TIMEOUT, OutcomeKind.REFUSED, OutcomeKind.RESET, OutcomeKind.SERVER_ERROR})
_ROUNDING = 1e-9  # 14 of 100 are 14 %, whatever binary fractions make of it


class Breaker(NoopPolicy):
    """A circuit breaker over a window of attempts.

    Args:
        failures: The share of failures that opens it (0.5: 50 %).
        window: The attempts that are looked at.
        minimum: It never opens on fewer attempts than this.
        open_s: How long it stays open, in seconds.
        probes: Attempts let through when half-open; when all have ended, it opens or closes.
    """

    def __init__(self, failures: float, window: Window, minimum: int, open_s: float, probes: int) -> None:
        self._share = failures
        self._minimum = minimum
        self._open_s = open_s
        self._probes = probes
        self._window = window
        self._probed = CountWindow(probes)
        self._state = "closed"
        self._epoch = 0  # one more at each change of state: what began before it no longer counts
        self._until_s = 0.0
        self._asked = InFlightCosts[int]()
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
        self._asked.enter(call, self._epoch)
        return None

    def release(self, call: Call) -> None:
        """Give the probe slot back."""
        self._give_back(self._asked.undo(call))

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:
        """Count a failure or a success; an attempt that proves neither gives its slot back."""
        epoch = self._asked.end(call)
        if outcome.kind is OutcomeKind.OTHER:
            self._give_back(epoch)
        elif epoch == self._epoch:
            self._count(now_s, failed=outcome.kind in _FAILURES)

    def state(self) -> str | None:
        """Closed, open or half-open."""
        return self._state

    def _count(self, now_s: float, *, failed: bool) -> None:
        if self._state == "closed":
            attempts, failures = self._window.add(now_s, failed=failed)
            if attempts >= self._minimum and failures >= self._enough(attempts):
                self._open(now_s)
            return
        attempts, failures = self._probed.add(now_s, failed=failed)
        if attempts == self._probes:
            self._decide(now_s, failures)

    def _decide(self, now_s: float, failures: int) -> None:
        """All probes have ended, so many of them badly."""
        if failures >= self._enough(self._probes):
            self._open(now_s)
        else:
            self._change("closed")

    def _enough(self, attempts: int) -> int:
        """How many failures among so many attempts open it: a whole number, so that open and close leave no gap."""
        return math.ceil(self._share * attempts - _ROUNDING)

    def _give_back(self, epoch: int | None) -> None:
        if epoch == self._epoch and self._state == "half-open":
            self._slots += 1

    def _open(self, now_s: float) -> None:
        self._until_s = now_s + self._open_s
        self._change("open")

    def _change(self, state: str) -> None:
        self._state = state
        self._epoch += 1
        self._window.clear()
        self._probed.clear()


def _build(given: Mapping[str, float], _chance: random.Random) -> Breaker:
    size, minimum, period_s = int(given["window"]), int(given["minimum"]), given["period"]
    if not period_s:
        minimum = min(minimum, size)  # it could never open
    window = TimeWindow(period_s) if period_s else CountWindow(size)
    return Breaker(given["failures"], window, minimum, given["open"], int(given["probes"]))


def _one_window(values: Values) -> str | None:
    if "window" not in values.written or not values.given["period"]:
        return None
    return f"{values.tell('window')} has no effect with {values.tell('period')}; valid: one of them"


SPEC = PolicySpec(
    "breaker",
    "guard",
    parameters={
        "failures": Parameter("share", default=0.5, least=0.01, most=1, looser="more"),
        "window": Parameter("count", default=100, least=1, most=10_000),
        "minimum": Parameter("count", default=20, least=1, most=10_000, looser="more"),
        "open": Parameter("duration", default=5, least=0.01, most=600, looser="less"),
        "probes": Parameter("count", default=10, least=1, most=1000, looser="more"),
        "period": Parameter("duration", default=0, least=0, most=600),
    },
    build=_build,
    checks=(_one_window,),
)
