"""More load than usual."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from chaos.actions import Action, Settings
from chaos.faults.fault import BaseFault, Kind
from chaos.target_resolver import TargetResolver
from chaos.traits import ExpectedEffect, LoadChange, Traits


class Surge(BaseFault):
    """Multiply the scheduled arrivals by ``factor``; ratios divide by the surged schedule."""

    kind: ClassVar[Kind] = "load"
    fault: ClassVar[str] = "surge"
    example: ClassVar[Mapping[str, Any]] = {"factor": 4}

    target: str = Field(default="load", min_length=1)
    factor: float = Field(gt=0, le=20)

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """One setting of the load."""
        address = place.address(self.target, "control")
        return (Settings(address=address, token_file=place.token_file, values={"surge": self.factor}),)

    def traits(self) -> Traits:
        """80 % of the asked arrivals more."""
        return Traits(
            effect=ExpectedEffect(figure="offered growth", at_least=80), load=LoadChange(factor=self.factor)
        )
