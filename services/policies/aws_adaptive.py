"""AWS SDK, retry mode "adaptive": "standard", and a limit to the client's rate that follows throttling (429).

All attempts, first ones too, are paced by a token bucket whose fill rate CUBIC sets (`cubic_limiter.py`); until the
first 429 nothing is paced. A 503 is no throttling, here as in botocore, so a server that only refuses or times out
never starts the limiter. Source: botocore (retries/adaptive.py, throttling.py, bucket.py).
Defaults: attempts 3, base 1 s, cap 20 s, bucket 500, cost 5, timeout-cost 10, beta 0.7, scale 0.4.
"""

import random

from services.policies.aws_standard import PARAMETERS, AwsStandard, Quota, throttled
from services.policies.cubic_limiter import CubicLimiter
from services.policies.in_flight_costs import InFlightCosts
from services.policies.parameters import Parameter, PolicySpec, in_order
from services.policies.policy import Call, Outcome, OutcomeKind, Rejection


class AwsAdaptive(AwsStandard):
    """The standard mode with a rate limiter.

    Args:
        attempts: Attempts of a call in all.
        wait_s: Base and cap of the back-off, in seconds.
        quota: The retry bucket's figures.
        limiter: What paces the attempts.
        chance: Where the jitter comes from.
    """

    name = "aws-adaptive"

    def __init__(
        self,
        attempts: int,
        wait_s: tuple[float, float],
        quota: Quota,
        limiter: CubicLimiter,
        chance: random.Random,
    ) -> None:
        super().__init__(attempts, *wait_s, quota, chance)
        self._limiter = limiter
        self._paced = InFlightCosts[float]()

    def pace_s(self, call: Call, now_s: float) -> float:  # noqa: ARG002  Policy's signature
        """Seconds until there is a token for an attempt."""
        return self._limiter.wait_s(now_s)

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        """A retry takes its retry tokens, and every attempt one of the rate limiter."""
        rejection = super().acquire(call, now_s)
        if rejection is None:
            self._paced.enter(call, self._limiter.take(now_s))
        return rejection

    def release(self, call: Call) -> None:
        """Give both back."""
        super().release(call)
        self._limiter.give_back(self._paced.undo(call) or 0.0)

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:
        """Every answer, and every failure to get one, sets the rate anew."""
        super().observe(call, outcome, now_s)
        self._paced.end(call)
        if outcome.kind is not OutcomeKind.OTHER:
            self._limiter.answered(now_s, throttled=throttled(outcome))


SPEC = PolicySpec(
    "aws-adaptive",
    "schedule",
    parameters={
        **PARAMETERS,
        "beta": Parameter("factor", default=0.7, least=0.01, most=0.99),
        "scale": Parameter("factor", default=0.4, least=0.001, most=100),
    },
    build=lambda given, chance: AwsAdaptive(
        int(given["attempts"]),
        (given["base"], given["cap"]),
        Quota(int(given["bucket"]), int(given["cost"]), int(given["timeout-cost"])),
        CubicLimiter(given["beta"], given["scale"]),
        chance,
    ),
    refuses=True,
    checks=(in_order("base", "cap"),),
)
