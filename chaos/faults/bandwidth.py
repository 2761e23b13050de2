"""Every connection is slow, each for itself."""

from typing import ClassVar

from pydantic import Field

from chaos.faults.fault import ToxicFault
from chaos.toxic import Attributes


class Bandwidth(ToxicFault):
    """At most ``rate_kbps`` KB/s *per connection*: more connections get more.

    So no storm comes of this alone. A rate of 0 hangs Toxiproxy (use ``black-hole``).
    """

    fault: ClassVar[str] = "bandwidth"
    type: ClassVar[str] = "bandwidth"
    moves: ClassVar[tuple[str, ...]] = ("canary_latency_ms",)

    rate_kbps: int = Field(gt=0)

    def attributes(self) -> Attributes:
        """KB/s."""
        return {"rate": self.rate_kbps}
