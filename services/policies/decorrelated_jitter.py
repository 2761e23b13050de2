"""Back-off with decorrelated jitter: wait min(cap, U(base, 3 * previous wait)); the first previous wait is base.

Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
Defaults: base 100 ms, cap 2 s, retries 3.
"""

from services.policies.backoff import Backoff, schedule
from services.policies.policy import Call


class DecorrelatedJitter(Backoff):
    """Wait longer than last time, mostly: up to three times as long.

    Arguments as of Backoff: `base_s` is the shortest wait, `cap_s` the longest.
    """

    def wait_s(self, call: Call) -> float:
        """min(cap, U(base, 3 * previous)), in seconds."""
        previous_s = max(self._base_s, call.waited_s)
        return min(self._cap_s, self._chance.uniform(self._base_s, 3 * previous_s))


SPEC = schedule("decorrelated-jitter", DecorrelatedJitter)
