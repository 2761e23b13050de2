"""Let everything run dry: admit nothing for a while, then more and more."""

from typing import ClassVar

from pydantic import Field

from chaos.actions import Action, ChangeSettings
from chaos.mitigations.mitigation import BaseMitigation, SettingValues
from chaos.target_resolver import TargetResolver
from chaos.traits import Traits

OFF: SettingValues = {"drain_stop_s": 0.0, "drain_ramp_s": 0.0}


class Drain(BaseMitigation):
    """Have ``target`` (the edge) admit nothing for ``stop_s``, then a share that grows evenly to all in ``ramp_s``.

    It begins when it is applied and ends by itself; undone before, everything is admitted again at once.
    """

    fault: ClassVar[str] = "drain"
    sets: ClassVar[frozenset[str]] = frozenset({"drain_stop_s", "drain_ramp_s"})

    target: str = Field(default="edge", min_length=1)
    stop_s: float = Field(gt=0, le=600)
    ramp_s: float = Field(default=0.0, ge=0, le=600)

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """Two settings. Set after `OFF`, so that a drain as long as the one before begins, too.

        Undone by `OFF`, never by the values before: those would begin another drain.
        """
        values: SettingValues = {"drain_stop_s": self.stop_s, "drain_ramp_s": self.ramp_s}
        address = place.address(self.target, "control")
        return (
            ChangeSettings(address=address, token_file=place.token_file, values=values, first=OFF, back=OFF),
        )

    def traits(self) -> Traits:
        """The edge refuses, for a while."""
        return Traits(refuses=True)
