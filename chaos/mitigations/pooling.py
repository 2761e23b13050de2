"""Keep connections alive: a new one costs the bridge several times what a request on an old one does."""

from typing import ClassVar

from pydantic import Field

from chaos.mitigations.mitigation import SettingsMitigation, SettingValues


class Pooling(SettingsMitigation):
    """Let the client ``target`` reuse its connections, at most ``pool_limit`` at once (0: its present limit, if any).

    With a limit, a request that finds every connection busy waits in the client: a bulkhead.
    """

    fault: ClassVar[str] = "pooling"
    sets: ClassVar[frozenset[str]] = frozenset({"connections", "pool_limit"})
    own_client: ClassVar[bool] = True

    pool_limit: int = Field(default=0, ge=0, le=100_000)

    def values(self) -> SettingValues:
        """A pool; its limit only where one is asked for."""
        return {"connections": "pooled"} | ({"pool_limit": self.pool_limit} if self.pool_limit else {})
