"""Every chunk of data arrives late."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from chaos.faults.fault import ToxicFault
from chaos.toxic import Attributes
from chaos.traits import ExpectedEffect, Traits


class Latency(ToxicFault):
    """Hold all data back for ``latency_ms`` +/- ``jitter_ms``, in one direction.

    New connections still open at once.
    """

    fault: ClassVar[str] = "latency"
    example: ClassVar[Mapping[str, Any]] = {"target": "bridge", "latency_ms": 200}
    type: ClassVar[str] = "latency"

    latency_ms: int = Field(gt=0)
    jitter_ms: int = Field(default=0, ge=0)

    def attributes(self) -> Attributes:
        """Both in ms."""
        return {"latency": self.latency_ms, "jitter": self.jitter_ms}

    def traits(self) -> Traits:
        """Canaries take 80 % of what is asked, less the jitter."""
        wanted_ms = 0.8 * (self.latency_ms - self.jitter_ms)
        return Traits(effect=ExpectedEffect(figure="canary latency", at_least=wanted_ms, hits=self.toxicity))
