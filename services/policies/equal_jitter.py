"""Exponential back-off with equal jitter: v = min(cap, base * 2^n), wait v / 2 + U(0, v / 2).

n = 0 before the first retry. Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

import random

from services.policies.backoff import PARAMETERS, backoff_s
from services.policies.base import Call
from services.policies.neutral import Neutral
from services.policies.parameters import Spec


class EqualJitter(Neutral):
    """Wait longer each time: half of it surely, a random share of the other half.

    Args:
        base_s: v before the first retry, in seconds.
        cap_s: The largest v, in seconds.
        retries: Attempts after the first.
        chance: Where the jitter comes from.
    """

    def __init__(self, base_s: float, cap_s: float, retries: int, chance: random.Random) -> None:
        self._base_s = base_s
        self._cap_s = cap_s
        self._retries = retries
        self._chance = chance

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """Half of v plus U(0, v / 2), v = min(cap, base * 2^n), in seconds, or None when all retries are used."""
        if call.attempts > self._retries:
            return None
        half_s = backoff_s(self._base_s, self._cap_s, call) / 2
        return half_s + self._chance.uniform(0.0, half_s)


SPEC = Spec(
    "equal-jitter",
    "schedule",
    rank=9,
    parameters=PARAMETERS,
    build=lambda given, chance: EqualJitter(given["base"], given["cap"], int(given["retries"]), chance),
)
