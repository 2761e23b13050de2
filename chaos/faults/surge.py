"""More load than usual."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from chaos.actions import Action, ChangeSettings
from chaos.faults.customer_setting import setting
from chaos.faults.fault import BaseFault, StepKind
from chaos.target_resolver import TargetResolver
from chaos.traits import ExpectedEffect, LoadChange, Traits


class Surge(BaseFault):
    """Multiply the scheduled arrivals by ``factor``; ratios divide by the surged schedule.

    It is of all customers, or ``of`` one, whose factor is on top of that of all.
    """

    kind: ClassVar[StepKind] = "load"
    fault: ClassVar[str] = "surge"
    example: ClassVar[Mapping[str, Any]] = {"factor": 4}

    target: str = Field(default="load", min_length=1)
    of: str | None = Field(default=None, min_length=1)
    factor: float = Field(gt=0, le=20)

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """One setting of the load."""
        address = place.address(self.target, "control")
        return (
            ChangeSettings(
                address=address, token_file=place.token_file, values={setting("surge", self.of): self.factor}
            ),
        )

    def traits(self) -> Traits:
        """80 % of the asked arrivals more."""
        return Traits(
            effect=ExpectedEffect(figure="offered growth", at_least=80),
            load=LoadChange(factor=self.factor, of=self.of),
        )
