"""Retry budget: retries may be at most a share of the first attempts, plus a small floor.

    tokens(0) = burst;  first attempt: + ratio;  second: + floor;  retry: - 1;  never more than burst

so that over any time t with c calls: retries <= ratio * c + floor * t + burst. Sources: the share is that of
Google's SRE book, ch. 21 (retries below 10 % per client); deposit, withdrawal and a reserve per second are those
of Finagle's RetryBudget. Where Finagle lets deposits expire after 10 s, here the bucket's size bounds them.
Defaults: ratio 10%, floor 1/s, burst 10.
"""

from services.policies.in_flight_costs import InFlightCosts
from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec
from services.policies.policy import Call, Outcome, Rejection

_NEARLY_ONE = 1 - 1e-9  # ten deposits of 0.1 are a token, whatever binary fractions make of them


class Budget(NoopPolicy):
    """A bucket of retry tokens, shared by all calls of a client.

    Args:
        ratio: Tokens that a first attempt pays in (0.1: 10 %).
        floor_rps: Tokens paid in per second, so that a quiet client can retry too.
        burst: The bucket's size, in tokens; it starts full.
    """

    def __init__(self, ratio: float, floor_rps: float, burst: float) -> None:
        self._ratio = ratio
        self._floor_rps = floor_rps
        self._burst = burst
        self._tokens = burst
        self._filled_s: float | None = None
        self._ledger = InFlightCosts[float]()

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        """A first attempt pays in, a retry pays one token or is refused."""
        if self._filled_s is not None:
            self._pay_in(self._floor_rps * max(0.0, now_s - self._filled_s))
        self._filled_s = now_s if self._filled_s is None else max(now_s, self._filled_s)
        if call.attempts == 0:
            self._ledger.enter(call, -self._pay_in(self._ratio))  # what a full bucket took of it, and no more
            return None
        if self._tokens < _NEARLY_ONE:
            return Rejection("budget")
        self._ledger.enter(call, -self._pay_in(-1.0))
        return None

    def release(self, call: Call) -> None:
        """Undo the payment: the attempt wasn't made."""
        self._pay_in(self._ledger.undo(call) or 0.0)

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:  # noqa: ARG002  Policy's signature
        """What was paid stays paid."""
        self._ledger.end(call)

    def _pay_in(self, tokens: float) -> float:
        """Add tokens, or take them (negative), within the bucket; what was really added."""
        before = self._tokens
        self._tokens = max(0.0, min(self._burst, before + tokens))
        return self._tokens - before


SPEC = PolicySpec(
    "budget",
    "guard",
    parameters={
        "ratio": Parameter("share", default=0.1, least=0, most=10, looser="more"),
        "floor": Parameter("rate", default=1, least=0, most=1000, looser="more"),
        "burst": Parameter("count", default=10, least=1, most=10_000, looser="more"),
    },
    build=lambda given, _chance: Budget(given["ratio"], given["floor"], given["burst"]),
)
