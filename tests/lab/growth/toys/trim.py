"""A toy mitigation: a shorter queue at a server."""

from typing import ClassVar

from pydantic import Field

from chaos.mitigations.mitigation import SettingsMitigation, SettingValues
from chaos.traits import Traits


class Trim(SettingsMitigation):
    """Let at most ``queue_limit`` requests wait at ``target``; it refuses the others."""

    fault: ClassVar[str] = "trim"
    sets: ClassVar[frozenset[str]] = frozenset({"queue_limit"})

    target: str = Field(default="auth", min_length=1)
    queue_limit: int = Field(ge=1, le=1_000)

    def values(self) -> SettingValues:
        """One setting of the server."""
        return {"queue_limit": self.queue_limit}

    def traits(self) -> Traits:
        """What does not fit is refused."""
        return Traits(refuses=True)
