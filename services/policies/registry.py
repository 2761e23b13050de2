"""All policies that can be named. A new one: its file, a line here, a test, a section in docs/reference/policies.md."""

from collections.abc import Mapping
from types import MappingProxyType

from services.policies import (
    aws_adaptive,
    aws_standard,
    breaker,
    budget,
    deadline,
    decorrelated_jitter,
    envoy_budget,
    equal_jitter,
    exponential,
    finagle_budget,
    fixed,
    full_jitter,
    google_sre,
    grpc,
    grpc_throttle,
    hedge,
    immediate,
    none,
    sre_throttle,
)
from services.policies.parameters import PolicySpec

_SCHEDULES = (
    none.SPEC,
    immediate.SPEC,
    fixed.SPEC,
    exponential.SPEC,
    full_jitter.SPEC,
    equal_jitter.SPEC,
    decorrelated_jitter.SPEC,
    google_sre.SPEC,
    aws_standard.SPEC,
    aws_adaptive.SPEC,
    grpc.SPEC,
    hedge.SPEC,
)
# In the order in which they are asked; the schedule comes after all of them.
_GUARDS = (
    deadline.SPEC,
    breaker.SPEC,
    sre_throttle.SPEC,
    budget.SPEC,
    envoy_budget.SPEC,
    finagle_budget.SPEC,
    grpc_throttle.SPEC,
)

REGISTRY: Mapping[str, PolicySpec] = MappingProxyType({spec.name: spec for spec in (*_GUARDS, *_SCHEDULES)})
"""By name; guards in the order in which they are asked, then the schedules."""

DEFAULT_SCHEDULE = immediate.SPEC
"""The schedule of a policy that names only guards."""


def asked_at(name: str) -> int:
    """When a layer is asked, counted from 0: guards one after the other, then the schedule."""
    return min(list(REGISTRY).index(name), len(_GUARDS))


def names() -> tuple[str, ...]:
    """The valid names, in alphabetical order."""
    return tuple(sorted(REGISTRY))


def rejections() -> tuple[str, ...]:
    """The names under which policies refuse attempts, in alphabetical order."""
    return tuple(sorted(name for name, spec in REGISTRY.items() if spec.refuses))
