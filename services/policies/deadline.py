"""Deadline: a call has so much time in all, less if whoever asked for it stops waiting before.

    left = min(call.deadline - now, total - (now - call.started))        seconds

Nothing left: no attempt is made. A retry that would begin when nothing is left isn't waited for (`next_delay_s`).
What is left bounds each attempt's timeout and travels to the server, which drops what has expired.
Source: deadline propagation, Google's SRE book, ch. 22; it names no total. The default here is the load's patience.
Defaults: total 5 s.
"""

from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec
from services.policies.policy import Call, Rejection


class Deadline(NoopPolicy):
    """Keep a call's time.

    Args:
        total_s: What a call may take in all, in seconds.
    """

    def __init__(self, total_s: float) -> None:
        self._total_s = total_s

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        """Refused when nothing is left."""
        return Rejection("deadline") if self.left_s(call, now_s) <= 0 else None

    def left_s(self, call: Call, now_s: float) -> float:
        """Seconds that the call still has; 0 or less: none."""
        left_s = self._total_s - (now_s - call.started_s)
        return left_s if call.deadline_s is None else min(left_s, call.deadline_s - now_s)


SPEC = PolicySpec(
    "deadline",
    "guard",
    parameters={"total": Parameter("duration", default=5, least=0.01, most=600, looser="more")},
    build=lambda given, _chance: Deadline(given["total"]),
)
