"""Connections open, and nothing ever comes back."""

from typing import ClassVar

from chaos.faults.fault import ToxicFault
from chaos.toxic import Attributes, Stream


class BlackHole(ToxicFault):
    """Swallow all data and keep the connection open; when it ends, connections that it held are closed.

    Upstream by default: the request never arrives, so nobody ever answers or closes. Downstream, what was
    asked is worked on, and the connection closes when the upstream closes it.
    """

    fault: ClassVar[str] = "black-hole"
    type: ClassVar[str] = "timeout"
    moves: ClassVar[tuple[str, ...]] = ("canary_timeouts",)

    stream: Stream = "upstream"

    def attributes(self) -> Attributes:
        """0: never close by itself."""
        return {"timeout": 0}
