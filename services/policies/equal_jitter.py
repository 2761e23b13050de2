"""Exponential back-off with equal jitter: v = min(cap, base * 2^n), wait v / 2 + U(0, v / 2).

n = 0 before the first retry. Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
Defaults: base 100 ms, cap 2 s, retries 3.
"""

from services.policies.backoff import Backoff, schedule
from services.policies.policy import Call


class EqualJitter(Backoff):
    """Wait longer each time: half of it surely, a random share of the other half. Arguments as of Backoff."""

    def wait_s(self, call: Call) -> float:
        """Half of v and U(0, v / 2), in seconds."""
        half_s = super().wait_s(call) / 2
        return half_s + self._chance.uniform(0.0, half_s)


SPEC = schedule("equal-jitter", EqualJitter)
