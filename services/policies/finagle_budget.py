"""Finagle's and Linkerd's retry budget: a share of the latest requests, plus a reserve.

    balance = floor * ttl + (ratio * first attempts - retries) of the last `ttl`;  a retry needs a balance of 1

Deposits and withdrawals alike are forgotten after `ttl`, counted in ten slices as Finagle's WindowedAdder does. So over
any time t, with the calls of t and of the ttl before it:

    retries <= ratio * calls + floor * (t + 1.1 * ttl)

The reserve may be spent at the end of a slice and again soon after it was forgotten: nearly twice within a ttl.
Source: Finagle's docs, RetryBudget: 20 % + 10/s, TTL 10 s.
Defaults: ratio 20%, floor 10/s, ttl 10 s.
"""

from services.policies.in_flight_costs import InFlightCosts
from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec
from services.policies.policy import Call, Outcome, Rejection
from services.policies.rolling_sum import RollingSum

_NEARLY_ONE = 1 - 1e-9  # five deposits of 0.2 are one retry, whatever binary fractions make of them


class FinagleBudget(NoopPolicy):
    """Deposits and withdrawals that expire.

    Args:
        ratio: Retries that a first attempt pays for (0.2: 20 %).
        floor_rps: Retries a second that are allowed in any case.
        ttl_s: How long either counts, in seconds.
    """

    def __init__(self, ratio: float, floor_rps: float, ttl_s: float) -> None:
        self._ratio = ratio
        self._reserve = floor_rps * ttl_s
        self._balance = RollingSum(ttl_s, width=1)
        self._ledger = InFlightCosts[tuple[float, float]]()

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        """A first attempt pays in, a retry pays 1 or is refused."""
        if call.attempts > 0 and self._reserve + self._balance.at(now_s)[0] < _NEARLY_ONE:
            return Rejection("finagle-budget")
        amount = -1.0 if call.attempts > 0 else self._ratio
        self._balance.add(0, amount, now_s)
        self._ledger.enter(call, (now_s, amount))
        return None

    def release(self, call: Call) -> None:
        """Undo the payment: the attempt wasn't made."""
        taken = self._ledger.undo(call)
        if taken is not None:
            self._balance.add(0, -taken[1], taken[0])

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:  # noqa: ARG002  Policy's signature
        """What was paid stays paid."""
        self._ledger.end(call)


SPEC = PolicySpec(
    "finagle-budget",
    "guard",
    parameters={
        "ratio": Parameter("share", default=0.2, least=0, most=10, looser="more"),
        "floor": Parameter("rate", default=10, least=0, most=1000, looser="more"),
        "ttl": Parameter("duration", default=10, least=1, most=60),
    },
    build=lambda given, _chance: FinagleBudget(given["ratio"], given["floor"], given["ttl"]),
)
