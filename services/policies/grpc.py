"""gRPC's retry policy: wait U(0, min(initial * multiplier^(n-1), max)) before retry n, counted from 1.

Source: gRFC A6 ("Exponential Backoff"; maxAttempts is at most 5). It names no defaults; these are its example's:
4 attempts, 100 ms, 1 s, 2. Newer gRPC releases jitter by 20 % around the back-off instead of over all of it.
Defaults: attempts 4, initial 100 ms, max 1 s, multiplier 2.
"""

import random

from services.policies.backoff import backoff_s
from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec, in_order
from services.policies.policy import Call


class Grpc(NoopPolicy):
    """Back off as gRPC does.

    Args:
        attempts: maxAttempts: of a call in all.
        initial_s: initialBackoff, in seconds.
        max_s: maxBackoff, in seconds.
        multiplier: backoffMultiplier.
        chance: Where the jitter comes from.
    """

    def __init__(
        self, attempts: int, initial_s: float, max_s: float, multiplier: float, chance: random.Random
    ) -> None:
        self._attempts = attempts
        self._initial_s = initial_s
        self._max_s = max_s
        self._multiplier = multiplier
        self._chance = chance

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """U(0, min(initial * multiplier^(n-1), max)) seconds, or None when all attempts are made."""
        if call.attempts >= self._attempts:
            return None
        return self._chance.uniform(0.0, backoff_s(self._initial_s, self._max_s, call, self._multiplier))


SPEC = PolicySpec(
    "grpc",
    "schedule",
    parameters={
        "attempts": Parameter("count", default=4, least=2, most=5),
        "initial": Parameter("duration", default=0.1, least=0.001, most=60),
        "max": Parameter("duration", default=1, least=0.001, most=600),
        "multiplier": Parameter("factor", default=2, least=0.1, most=100),
    },
    build=lambda given, chance: Grpc(
        int(given["attempts"]), given["initial"], given["max"], given["multiplier"], chance
    ),
    checks=(in_order("initial", "max"),),
)
