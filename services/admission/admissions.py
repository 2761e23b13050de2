"""All layers of admission that can be named. A new one: its file, a line here, a test, docs/reference/serving.md."""

from collections.abc import Mapping
from types import MappingProxyType

from services.admission import adaptive_lifo, codel, fifo, gradient2, lifo, priority_shed
from services.admission.spec import AdmissionSpec

# In the order in which they are asked at the door: who counts the admitted comes last.
_ALL = (fifo.SPEC, lifo.SPEC, adaptive_lifo.SPEC, codel.SPEC, gradient2.SPEC, priority_shed.SPEC)

REGISTRY: Mapping[str, AdmissionSpec] = MappingProxyType({spec.name: spec for spec in _ALL})

DEFAULT_DISCIPLINE = fifo.SPEC
"""Who is next where nothing else is said."""


def names() -> tuple[str, ...]:
    """The valid names, in alphabetical order."""
    return tuple(sorted(REGISTRY))
