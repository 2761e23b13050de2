"""Envoy's retry budget: retries under way may be at most a share of all attempts under way.

    a retry is allowed if  retries under way < max(minimum, ratio * attempts under way)

In Envoy a retry takes its place when it is decided, before its back-off; here when it is sent, so that with a
back-off more are let through. It limits concurrency, not rate, so it needs no clock. Envoy counts active and pending
requests; so does this: what waits for a connection (with a pool_limit) is under way. Source: Envoy's docs, circuit
breakers, retry_budget: budget_percent 20 %, min_retry_concurrency 3.
Defaults: ratio 20%, minimum 3.
"""

import math

from services.policies.in_flight_costs import InFlightCosts
from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec
from services.policies.policy import Call, Outcome, Rejection

_ROUNDING = 1e-9
"""29 % of 100 are 29, although the product of the floats is a little less."""


class EnvoyBudget(NoopPolicy):
    """A limit to retries under way.

    Args:
        ratio: Retries among attempts under way (0.2: 20 %).
        minimum: So many retries are allowed in any case.
    """

    def __init__(self, ratio: float, minimum: int) -> None:
        self._ratio = ratio
        self._minimum = minimum
        self._active = 0
        self._retries = 0
        self._ledger = InFlightCosts[int]()

    def acquire(self, call: Call, now_s: float) -> Rejection | None:  # noqa: ARG002  Policy's signature
        """A retry beyond the share is refused."""
        retry = int(call.attempts > 0)
        if retry and self._retries >= max(self._minimum, math.floor(self._ratio * self._active + _ROUNDING)):
            return Rejection("envoy-budget")
        self._active += 1
        self._retries += retry
        self._ledger.enter(call, retry)
        return None

    def release(self, call: Call) -> None:
        """It isn't under way."""
        self._ended(self._ledger.undo(call))

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:  # noqa: ARG002  Policy's signature
        """One fewer under way."""
        self._ended(self._ledger.end(call))

    def _ended(self, retry: int | None) -> None:
        if retry is not None:
            self._active -= 1
            self._retries -= retry


SPEC = PolicySpec(
    "envoy-budget",
    "guard",
    parameters={
        "ratio": Parameter("share", default=0.2, least=0, most=1, looser="more"),
        "minimum": Parameter("count", default=3, least=0, most=1000, looser="more"),
    },
    build=lambda given, _chance: EnvoyBudget(given["ratio"], int(given["minimum"])),
)
