"""A service that is gone."""

from typing import ClassVar

from chaos.actions import Action, SendSignal
from chaos.faults.fault import BaseFault
from chaos.place import Ability, Place


class Kill(BaseFault):
    """Kill it (SIGKILL); its end starts it again, with empty queues and its start settings."""

    fault: ClassVar[str] = "kill"
    moves: ClassVar[tuple[str, ...]] = ("goodput", "attempts", "canary_refused")
    needs: ClassVar[frozenset[Ability]] = frozenset({Ability.KILL})

    def actions(self, place: Place) -> tuple[Action, ...]:
        """One signal."""
        return (SendSignal(handle=place.handle(self.target), signal="kill"),)
