"""Exponential back-off with full jitter: v = min(cap, base * 2^n), wait U(0, v).

n = 0 before the first retry. Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
Defaults: base 100 ms, cap 2 s, retries 3.
"""

from services.policies.backoff import Backoff, schedule
from services.policies.policy import Call


class FullJitter(Backoff):
    """Wait longer each time, a random share of it. Arguments as of Backoff."""

    def wait_s(self, call: Call) -> float:
        """U(0, v), in seconds."""
        return self._chance.uniform(0.0, super().wait_s(call))


SPEC = schedule("full-jitter", FullJitter)
