"""Every connection is slow, each for itself."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from chaos.faults.fault import ToxicFault
from chaos.toxic import Attributes
from chaos.traits import ExpectedEffect, Traits


class Bandwidth(ToxicFault):
    """At most ``rate_kbps`` KB/s *per connection*: more connections get more.

    So no storm comes of this alone. A rate of 0 hangs Toxiproxy (use ``black-hole``).
    """

    fault: ClassVar[str] = "bandwidth"
    example: ClassVar[Mapping[str, Any]] = {"target": "bridge", "rate_kbps": 1}
    type: ClassVar[str] = "bandwidth"

    rate_kbps: int = Field(gt=0)

    def attributes(self) -> Attributes:
        """KB/s."""
        return {"rate": self.rate_kbps}

    def traits(self) -> Traits:
        """The canary's median answer takes half as long again as before."""
        return Traits(effect=ExpectedEffect(figure="canary slowdown", at_least=1.5))
