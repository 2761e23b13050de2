"""Less CPU: everything that crosses gets slower, new connections most."""

from typing import ClassVar

from pydantic import Field

from chaos.actions import Action, cpu_cap
from chaos.faults.fault import BaseFault
from chaos.place import Ability, Place


class Capacity(BaseFault):
    """Cut the service to ``share`` (0..1) of its calibrated capacity; of one core where it has no cap."""

    fault: ClassVar[str] = "capacity"
    moves: ClassVar[tuple[str, ...]] = ("cpu_at_cap",)
    needs: ClassVar[frozenset[Ability]] = frozenset({Ability.CPU_CAP})

    share: float = Field(gt=0, lt=1)

    def actions(self, place: Place) -> tuple[Action, ...]:
        """A new quota, or a new share for the governor."""
        whole = place.cpu_cap(self.target)
        return (cpu_cap(place.handle(self.target), self.share * (1.0 if whole is None else whole)),)
