"""All policies that can be named. A new one: its file, a line here, a test, a section in docs/policies.md."""

from collections.abc import Mapping
from types import MappingProxyType

from services.policies import breaker, budget, full_jitter, immediate, none
from services.policies.parameters import Spec

_ALL = (none.SPEC, immediate.SPEC, full_jitter.SPEC, budget.SPEC, breaker.SPEC)

REGISTRY: Mapping[str, Spec] = MappingProxyType({spec.name: spec for spec in _ALL})

DEFAULT_SCHEDULE = immediate.SPEC
"""The schedule of a policy that names only guards."""


def names() -> tuple[str, ...]:
    """The valid names, in alphabetical order."""
    return tuple(sorted(REGISTRY))
