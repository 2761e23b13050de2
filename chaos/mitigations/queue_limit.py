"""Another limit on how many requests wait at a server: lower serves fresher work, higher keeps what is stale."""

from typing import ClassVar

from pydantic import Field

from chaos.mitigations.mitigation import SettingsMitigation, SettingValues


class QueueLimit(SettingsMitigation):
    """Let at most ``requests`` requests wait for a worker of the server ``target``; more are refused with 503."""

    fault: ClassVar[str] = "queue-limit"
    sets: ClassVar[frozenset[str]] = frozenset({"queue_limit"})

    target: str = Field(default="auth", min_length=1)
    requests: int = Field(ge=0, le=1_000_000)

    def values(self) -> SettingValues:
        """One setting of the server."""
        return {"queue_limit": self.requests}
