"""Load that rises or falls, little by little."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from chaos.actions import Action, ChangeSettings
from chaos.faults.customer_setting import setting
from chaos.faults.fault import BaseFault, StepKind
from chaos.target_resolver import TargetResolver
from chaos.traits import ExpectedEffect, LoadChange, Traits


class Ramp(BaseFault):
    """Change the scheduled arrivals to ``factor`` x the rate, in a straight line over ``over_s``; then stay there.

    It is of all customers, or ``of`` one, whose factor is on top of that of all.
    A ramp starts from whatever is active. Its end (undone) is at once, so one that leads on to another is kept
    (``from:``, not ``during:``).
    """

    kind: ClassVar[StepKind] = "load"
    fault: ClassVar[str] = "ramp"
    example: ClassVar[Mapping[str, Any]] = {"factor": 4, "over_s": 10}

    target: str = Field(default="load", min_length=1)
    of: str | None = Field(default=None, min_length=1)
    factor: float = Field(gt=0, le=20)
    over_s: float = Field(gt=0, le=3600)

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """Two settings of the load, changed together."""
        values = {setting("surge", self.of): self.factor, setting("ramp_s", self.of): self.over_s}
        return (
            ChangeSettings(
                address=place.address(self.target, "control"), token_file=place.token_file, values=values
            ),
        )

    def traits(self) -> Traits:
        """The arrivals are where the line was to lead them, within 20 %."""
        return Traits(
            effect=ExpectedEffect(figure="offered ramp", at_least=80),
            load=LoadChange(factor=self.factor, over_s=self.over_s, of=self.of),
        )
