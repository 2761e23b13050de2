"""Back-off with decorrelated jitter: wait min(cap, U(base, 3 * previous wait)); the first previous wait is base.

Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

import random

from services.policies.base import Call
from services.policies.neutral import Neutral
from services.policies.parameters import Parameter, Spec


class DecorrelatedJitter(Neutral):
    """Wait longer than last time, mostly: up to three times as long.

    Args:
        base_s: The shortest wait, in seconds (unless the cap is shorter).
        cap_s: The longest wait, in seconds.
        retries: Attempts after the first.
        chance: Where the jitter comes from.
    """

    def __init__(self, base_s: float, cap_s: float, retries: int, chance: random.Random) -> None:
        self._base_s = base_s
        self._cap_s = cap_s
        self._retries = retries
        self._chance = chance

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """min(cap, U(base, 3 * previous)) seconds, or None when all retries are used."""
        if call.attempts > self._retries:
            return None
        previous_s = max(self._base_s, call.waited_s)
        return min(self._cap_s, self._chance.uniform(self._base_s, 3 * previous_s))


SPEC = Spec(
    "decorrelated-jitter",
    "schedule",
    rank=9,
    parameters={
        "base": Parameter("duration", default=0.1, least=0.001, most=60),
        "cap": Parameter("duration", default=2, least=0.001, most=600),
        "retries": Parameter("count", default=3, least=0, most=100),
    },
    build=lambda given, chance: DecorrelatedJitter(
        given["base"], given["cap"], int(given["retries"]), chance
    ),
)
