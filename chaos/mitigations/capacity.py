"""A bigger bridge: more CPU than what calibration gave it."""

import math
from typing import ClassVar

from pydantic import Field

from chaos.actions import Action, cpu_cap
from chaos.errors import UnsupportedError
from chaos.mitigations.mitigation import BaseMitigation
from chaos.target_resolver import Ability, TargetResolver

MOST_SHARE = 1.0
"""Of a core: a device works on one (GOMAXPROCS=1 in compose.yaml), so that more would change nothing."""


class Capacity(BaseMitigation):
    """Give the device ``target`` ``factor`` (1.01..100) times its calibrated capacity."""

    fault: ClassVar[str] = "capacity"
    for_devices: ClassVar[bool] = True
    of_process: ClassVar[bool] = True
    needs: ClassVar[frozenset[Ability]] = frozenset({Ability.CPU_CAP})

    target: str = Field(default="bridge", min_length=1)
    factor: float = Field(ge=1.01, le=100)

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """A new quota, or a new share for the governor.

        Raises:
            UnsupportedError: there is no calibrated capacity, or not that much CPU.
        """
        whole = place.cpu_cap(self.target)
        if whole is None:
            raise UnsupportedError(f"{self.target} has no calibrated capacity that could be multiplied")
        if whole * self.factor > MOST_SHARE:
            most = math.floor(100 * MOST_SHARE / whole) / 100
            raise UnsupportedError(
                f"factor={self.factor:g} would be {whole * self.factor:.0%} of a core, and {self.target} works on "
                f"one: its calibrated capacity is {whole:.1%} of a core, so factor={most:g} is the most"
            )
        return (cpu_cap(place.handle(self.target), whole * self.factor),)
