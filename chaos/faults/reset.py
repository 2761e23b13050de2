"""Connections are reset (TCP RST)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from chaos.faults.fault import ToxicFault
from chaos.toxic import Attributes
from chaos.traits import ExpectedEffect, Traits


class Reset(ToxicFault):
    """Reset a connection ``after_ms`` after its first data.

    At most 5 s: a removal waits for the connections that are about to be reset.
    """

    fault: ClassVar[str] = "reset"
    example: ClassVar[Mapping[str, Any]] = {"target": "bridge"}
    type: ClassVar[str] = "reset_peer"

    after_ms: int = Field(default=0, ge=0, le=5_000)

    def attributes(self) -> Attributes:
        """Delay in ms, under Toxiproxy's name for it."""
        return {"timeout": self.after_ms}

    def traits(self) -> Traits:
        """Canaries are reset."""
        return Traits(
            effect=ExpectedEffect(figure="canary outcomes", at_least=80, outcomes=("reset", "refused")),
            called="resets",
            loses_requests=True,
        )
