"""Connections are reset (TCP RST)."""

from typing import ClassVar

from pydantic import Field

from chaos.faults.fault import ToxicFault
from chaos.toxic import Attributes


class Reset(ToxicFault):
    """Reset a connection ``after_ms`` after its first data.

    At most 5 s: a removal waits for the connections that are about to be reset.
    """

    fault: ClassVar[str] = "reset"
    type: ClassVar[str] = "reset_peer"
    moves: ClassVar[tuple[str, ...]] = ("canary_resets",)

    after_ms: int = Field(default=0, ge=0, le=5_000)

    def attributes(self) -> Attributes:
        """Delay in ms, under Toxiproxy's name for it."""
        return {"timeout": self.after_ms}
