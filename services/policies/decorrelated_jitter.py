"""Back-off with decorrelated jitter: wait min(cap, U(base, 3 * previous wait)); the first previous wait is base.

Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

import random

from services.policies.backoff import PARAMETERS
from services.policies.base import Call
from services.policies.neutral import Neutral
from services.policies.parameters import Spec


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
    parameters=PARAMETERS,
    build=lambda given, chance: DecorrelatedJitter(
        given["base"], given["cap"], int(given["retries"]), chance
    ),
)
