"""AWS SDK, retry mode "standard": few attempts, jittered back-off, and a bucket of retry tokens a client shares.

    wait U(0, 1) * min(base * 2^i, cap)                        i = 0 before the first retry
    a retry takes `cost` tokens, `timeout-cost` after a timeout, or is refused
    a first attempt that succeeds pays 1 back, a retry that succeeds its own cost; never more than `bucket`

Only success pays back, so the bucket runs dry in an outage whatever the load is: 100 retries at 5 tokens each.
After throttling (429) base is 1 s and a retry costs 5, whatever base and cost are.
Source: botocore (retries/standard.py, retries/quota.py). The defaults are those published for all SDKs, botocore's
until 1.42; `base=50 ms, cost=14, timeout-cost=14` is botocore 1.44, which the conformance test drives. botocore takes
the tokens before the wait, here they are taken after it, when the attempt is made: one that is never made costs none.
Defaults: attempts 3, base 1 s, cap 20 s, bucket 500, cost 5, timeout-cost 10.
"""

import random
from dataclasses import dataclass

from services.policies.backoff import backoff_s
from services.policies.in_flight_costs import InFlightCosts
from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec, in_order
from services.policies.policy import Call, Outcome, OutcomeKind, Rejection
from services.policies.retryable import TOO_MANY_REQUESTS

_THROTTLED_BASE_S = 1.0
_THROTTLED_COST = 5
_FIRST_TRY_PAYS = 1


@dataclass(frozen=True, slots=True)
class Quota:
    """The bucket's figures, in tokens.

    Args:
        bucket: Its size; it starts full.
        cost: What a retry takes.
        timeout_cost: What a retry after a timeout takes.
    """

    bucket: int = 500
    cost: int = 5
    timeout_cost: int = 10


class AwsStandard(NoopPolicy):
    """What the AWS SDKs do by default.

    Args:
        attempts: Attempts of a call in all.
        base_s: The longest first wait, in seconds.
        cap_s: The longest wait, in seconds.
        quota: The bucket's figures.
        chance: Where the jitter comes from.
    """

    name = "aws-standard"
    """Under which it refuses."""

    def __init__(
        self, attempts: int, base_s: float, cap_s: float, quota: Quota, chance: random.Random
    ) -> None:
        self._attempts = attempts
        self._base_s = base_s
        self._cap_s = cap_s
        self._quota = quota
        self._chance = chance
        self._tokens = quota.bucket
        self._ledger = InFlightCosts[int]()

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """U(0, 1) * min(base * 2^i, cap) seconds, or None when all attempts are made."""
        if call.attempts >= self._attempts:
            return None
        base_s = _THROTTLED_BASE_S if throttled(call.notes.get(self)) else self._base_s
        return self._chance.random() * backoff_s(base_s, self._cap_s, call)

    def acquire(self, call: Call, now_s: float) -> Rejection | None:  # noqa: ARG002  Policy's signature
        """A retry takes its tokens or is refused."""
        cost = self._cost(call) if call.attempts > 0 else 0
        if cost > self._tokens:
            return Rejection(self.name)
        self._tokens -= cost
        self._ledger.enter(call, cost)
        return None

    def release(self, call: Call) -> None:
        """Give the tokens back."""
        self._pay_in(self._ledger.undo(call) or 0)

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:  # noqa: ARG002  Policy's signature
        """Success pays back."""
        cost = self._ledger.end(call)
        if outcome.kind is not OutcomeKind.OTHER:
            call.notes[self] = outcome
        if outcome.kind is OutcomeKind.OK and cost is not None:
            self._pay_in(cost or _FIRST_TRY_PAYS)

    def _cost(self, call: Call) -> int:
        latest: Outcome | None = call.notes.get(self)
        if throttled(latest):
            return _THROTTLED_COST
        timed_out = latest is not None and latest.kind is OutcomeKind.TIMEOUT
        return self._quota.timeout_cost if timed_out else self._quota.cost

    def _pay_in(self, tokens: int) -> None:
        self._tokens = min(self._quota.bucket, self._tokens + tokens)


def throttled(outcome: Outcome | None) -> bool:
    """Whether the server said that it is asked too often."""
    return outcome is not None and outcome.status == TOO_MANY_REQUESTS


PARAMETERS = {
    "attempts": Parameter("count", default=3, least=1, most=100),
    "base": Parameter("duration", default=1, least=0.001, most=60),
    "cap": Parameter("duration", default=20, least=0.001, most=600),
    "bucket": Parameter("count", default=500, least=1, most=100_000, looser="more"),
    "cost": Parameter("count", default=5, least=1, most=1000, looser="less"),
    "timeout-cost": Parameter("count", default=10, least=1, most=1000, looser="less"),
}

SPEC = PolicySpec(
    "aws-standard",
    "schedule",
    parameters=PARAMETERS,
    build=lambda given, chance: AwsStandard(
        int(given["attempts"]),
        given["base"],
        given["cap"],
        Quota(int(given["bucket"]), int(given["cost"]), int(given["timeout-cost"])),
        chance,
    ),
    refuses=True,
    checks=(in_order("base", "cap"),),
)
