"""Exponential back-off, v = min(cap, base * factor^n) seconds, n = 0 before the first retry: under all that jitter.

Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 (factor 2, and no defaults: these are ours).
Defaults: base 100 ms, cap 2 s, retries 3.
"""

import random
from collections.abc import Mapping
from types import MappingProxyType

from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec, in_order
from services.policies.policy import Call

PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "base": Parameter("duration", default=0.1, least=0.001, most=60),
        "cap": Parameter("duration", default=2, least=0.001, most=600),
        "retries": Parameter("count", default=3, least=0, most=100),
    }
)
"""Those of every schedule that doubles its wait, with jitter or without."""

_LARGEST_POWER = 64  # beyond it every cap is reached, and a float would overflow


def backoff_s(base_s: float, cap_s: float, call: Call, factor: float = 2.0) -> float:
    """The back-off v in seconds before the next retry of `call`."""
    n = min(max(call.attempts - 1, 0), _LARGEST_POWER)
    return float(min(cap_s, base_s * factor**n))


class Backoff(NoopPolicy):
    """Wait longer each time; a jitter says how much of it by `wait_s`, here all of it.

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
        """What `wait_s` says, in seconds, or None when all retries are used."""
        return self.wait_s(call) if call.attempts <= self._retries else None

    def wait_s(self, call: Call) -> float:
        """All of v = min(cap, base * 2^n), in seconds."""
        return backoff_s(self._base_s, self._cap_s, call)


def schedule(name: str, kind: type[Backoff]) -> PolicySpec:
    """What the registry knows of such a schedule."""
    return PolicySpec(
        name,
        "schedule",
        parameters=PARAMETERS,
        build=lambda given, chance: kind(given["base"], given["cap"], int(given["retries"]), chance),
        checks=(in_order("base", "cap"),),
    )
