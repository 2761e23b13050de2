"""Every chunk of data arrives late."""

from typing import ClassVar

from pydantic import Field

from chaos.faults.fault import ToxicFault
from chaos.toxic import Attributes


class Latency(ToxicFault):
    """Hold all data back for ``latency_ms`` +/- ``jitter_ms``, in one direction.

    New connections still open at once.
    """

    fault: ClassVar[str] = "latency"
    type: ClassVar[str] = "latency"
    moves: ClassVar[tuple[str, ...]] = ("canary_latency_ms",)

    latency_ms: int = Field(gt=0)
    jitter_ms: int = Field(default=0, ge=0)

    def attributes(self) -> Attributes:
        """Both in ms."""
        return {"latency": self.latency_ms, "jitter": self.jitter_ms}
