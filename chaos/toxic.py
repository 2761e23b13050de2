"""Toxics and listeners as data."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Stream = Literal["downstream", "upstream"]
Attributes = dict[str, int | float]

NEAR = 1e-4
"""Toxicity is a 32-bit float in Toxiproxy."""


class Toxic(BaseModel):
    """One toxic. Units of ``attributes`` are Toxiproxy's: ms; KB/s for ``rate``; bytes; us in the slicer."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    name: str
    type: str
    stream: Stream = "downstream"
    toxicity: float = Field(default=1.0, ge=0, le=1)
    attributes: Attributes = {}

    def same_as(self, other: "Toxic | None") -> bool:
        """Whether ``other`` has the same effect, whatever its name."""
        if other is None or abs(self.toxicity - other.toxicity) > NEAR:
            return False
        return (self.type, self.stream, self.attributes) == (other.type, other.stream, other.attributes)

    def without_effect(self) -> "Toxic":
        """The same toxic, doing nothing: toxicity 0 makes a no-op of it, on open connections as well."""
        quiet = {"latency": 0, "jitter": 0} if self.type == "latency" else self.attributes
        return self.model_copy(update={"toxicity": 0.0, "attributes": quiet})


@dataclass(frozen=True, slots=True)
class Proxy:
    """One listener; ``listen`` and ``upstream`` are host:port."""

    name: str
    listen: str
    upstream: str
    enabled: bool
