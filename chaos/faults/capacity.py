"""Less CPU: everything that crosses gets slower, new connections most."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from chaos.actions import Action, cpu_cap
from chaos.faults.fault import BaseFault
from chaos.target_resolver import Ability, TargetResolver
from chaos.traits import ExpectedEffect, Traits


class Capacity(BaseFault):
    """Cut the service to ``share`` (0..1) of its calibrated capacity; of one core where it has no cap."""

    fault: ClassVar[str] = "capacity"
    example: ClassVar[Mapping[str, Any]] = {"target": "bridge", "share": 0.02}
    of_process: ClassVar[bool] = True
    needs: ClassVar[frozenset[Ability]] = frozenset({Ability.CPU_CAP})

    share: float = Field(gt=0, lt=1)

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """A new quota, or a new share for the governor."""
        whole = place.cpu_cap(self.target)
        return (cpu_cap(place.handle(self.target), self.share * (1.0 if whole is None else whole)),)

    def traits(self) -> Traits:
        """All of what is left is used while work waits."""
        return Traits(effect=ExpectedEffect(figure="cap used", at_least=90), called="less capacity")
