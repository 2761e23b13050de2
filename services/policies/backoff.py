"""Exponential back-off, v = min(cap, base * factor^n) seconds, n = 0 before the first retry: under all that jitter."""

from collections.abc import Mapping
from types import MappingProxyType

from services.policies.base import Call
from services.policies.parameters import Parameter

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
