"""More load than usual."""

from typing import ClassVar

from pydantic import Field

from chaos.actions import Action, Settings
from chaos.faults.fault import BaseFault, Kind
from chaos.place import Place


class Surge(BaseFault):
    """Multiply the scheduled arrivals by ``factor``; ratios divide by the surged schedule."""

    kind: ClassVar[Kind] = "load"
    fault: ClassVar[str] = "surge"
    moves: ClassVar[tuple[str, ...]] = ("offered",)

    target: str = Field(default="load", min_length=1)
    factor: float = Field(gt=0, le=20)

    def actions(self, place: Place) -> tuple[Action, ...]:
        """One setting of the load."""
        address = place.address(self.target, "control")
        return (Settings(address=address, token_file=place.token_file, values={"surge": self.factor}),)
