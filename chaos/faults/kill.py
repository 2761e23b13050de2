"""A service that is gone."""

from collections.abc import Mapping
from typing import Any, ClassVar

from chaos.actions import Action, BaseAction, SendSignal, Start
from chaos.faults.fault import BaseFault
from chaos.target_resolver import Ability, TargetResolver
from chaos.traits import ExpectedEffect, Traits


class Kill(BaseFault):
    """Kill it (SIGKILL); its end starts it again, with empty queues and its start settings."""

    fault: ClassVar[str] = "kill"
    undone_by: ClassVar[tuple[type[BaseAction], ...]] = (Start,)
    example: ClassVar[Mapping[str, Any]] = {"target": "auth"}
    of_process: ClassVar[bool] = True
    needs: ClassVar[frozenset[Ability]] = frozenset({Ability.KILL})

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """One signal."""
        return (SendSignal(handle=place.handle(self.target), signal="kill"),)

    def traits(self) -> Traits:
        """The target answers nothing, and comes back as another process."""
        return Traits(
            effect=ExpectedEffect(figure="silence"),
            called="downtime",
            silences=True,
            loses_requests=True,
            ends_process=True,
        )
