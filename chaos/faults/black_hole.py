"""Connections open, and nothing ever comes back."""

from collections.abc import Mapping
from typing import Any, ClassVar

from chaos.faults.fault import ToxicFault
from chaos.toxic import Attributes, Stream
from chaos.traits import ExpectedEffect, Traits


class BlackHole(ToxicFault):
    """Swallow all data and keep the connection open; when it ends, connections that it held are closed.

    Upstream by default: the request never arrives, so no one ever answers or closes. Downstream, what was
    asked is worked on, and the connection closes when the upstream closes it.
    """

    fault: ClassVar[str] = "black-hole"
    example: ClassVar[Mapping[str, Any]] = {"target": "bridge"}
    type: ClassVar[str] = "timeout"

    stream: Stream = "upstream"

    def attributes(self) -> Attributes:
        """0: never close by itself."""
        return {"timeout": 0}

    def traits(self) -> Traits:
        """No canary gets an answer, and the target never counts what was swallowed."""
        return Traits(effect=ExpectedEffect(figure="canary outcomes", at_least=80), loses_requests=True)
