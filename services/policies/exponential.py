"""Exponential back-off without jitter: v = min(cap, base * 2^n), wait v.

n = 0 before the first retry. The "Expo" of "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: the waves
of clients that failed together grow apart in time, but each stays a wave.
"""

from services.policies.backoff import PARAMETERS, backoff_s
from services.policies.base import Call
from services.policies.neutral import Neutral
from services.policies.parameters import Spec


class Exponential(Neutral):
    """Wait twice as long each time.

    Args:
        base_s: v before the first retry, in seconds.
        cap_s: The largest v, in seconds.
        retries: Attempts after the first.
    """

    def __init__(self, base_s: float, cap_s: float, retries: int) -> None:
        self._base_s = base_s
        self._cap_s = cap_s
        self._retries = retries

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """min(cap, base * 2^n) seconds, or None when all retries are used."""
        if call.attempts > self._retries:
            return None
        return backoff_s(self._base_s, self._cap_s, call)


SPEC = Spec(
    "exponential",
    "schedule",
    rank=9,
    parameters=PARAMETERS,
    build=lambda given, _chance: Exponential(given["base"], given["cap"], int(given["retries"])),
)
