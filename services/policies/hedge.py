"""Hedging: when an attempt takes too long, start another beside it; the first good answer wins.

    t = 0: attempt 1;  t = after: attempt 2, if no answer came;  ...  at most `attempts` of them

A schedule, and thus the only one: like gRPC, which allows a method a retry policy or a hedging policy, never both.
When one fails the next starts at once, or when its Retry-After is over (gRPC's non-fatal status codes and pushback);
those after it are `after` apart again. Guards are asked for hedges as for retries ("under the same throttle"); one that
is refused ends hedging among the attempts under way. Source: gRFC A6 (maxAttempts, at most 5 there; hedgingDelay); it
names no defaults. Dean and Barroso, "The Tail at Scale", 2013, wait for the 95th percentile.
Defaults: after 100 ms, attempts 2.
"""

from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec
from services.policies.policy import Call


class Hedge(NoopPolicy):
    """Several attempts side by side.

    Args:
        after_s: How long an attempt may take before another starts beside it, in seconds.
        attempts: Attempts of a call in all.
    """

    def __init__(self, after_s: float, attempts: int) -> None:
        self._after_s = after_s
        self._attempts = attempts

    def hedge_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """Seconds from the start of the latest attempt to the next, or None when all are made."""
        return self._after_s if call.attempts < self._attempts else None

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """0 s, or None when all attempts are made."""
        return 0.0 if call.attempts < self._attempts else None


SPEC = PolicySpec(
    "hedge",
    "schedule",
    parameters={
        "after": Parameter("duration", default=0.1, least=0.001, most=60),
        "attempts": Parameter("count", default=2, least=1, most=5),
    },
    build=lambda given, _chance: Hedge(given["after"], int(given["attempts"])),
)
