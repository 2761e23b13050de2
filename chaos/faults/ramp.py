"""Load that rises or falls, little by little."""

from typing import ClassVar

from pydantic import Field

from chaos.actions import Action, Settings
from chaos.faults.fault import BaseFault, Kind
from chaos.place import Place


class Ramp(BaseFault):
    """Change the scheduled arrivals to ``factor`` x the rate, in a straight line over ``over_s``; then stay there.

    A ramp starts from whatever is in force. Its end (undone) is at once, so one that leads on to another is kept
    (``from:``, not ``during:``).
    """

    kind: ClassVar[Kind] = "load"
    fault: ClassVar[str] = "ramp"
    moves: ClassVar[tuple[str, ...]] = ("offered",)

    target: str = Field(default="load", min_length=1)
    factor: float = Field(gt=0, le=20)
    over_s: float = Field(gt=0, le=3600)

    def actions(self, place: Place) -> tuple[Action, ...]:
        """Two settings of the load, changed together."""
        values = {"surge": self.factor, "ramp_s": self.over_s}
        return (
            Settings(
                address=place.address(self.target, "control"), token_file=place.token_file, values=values
            ),
        )
