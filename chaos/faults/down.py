"""Nothing listens any more."""

from collections.abc import Mapping
from typing import Any, ClassVar

from chaos.actions import Action, BaseAction, ProxyEnabled
from chaos.faults.fault import BaseFault
from chaos.target_resolver import TargetResolver
from chaos.traits import ExpectedEffect, Traits


class Down(BaseFault):
    """Close the listener and every connection through it. Its end makes a new one with an empty queue."""

    fault: ClassVar[str] = "down"
    undone_by: ClassVar[tuple[type[BaseAction], ...]] = (ProxyEnabled,)
    example: ClassVar[Mapping[str, Any]] = {"target": "bridge"}

    listener: str = ""

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """Disable the proxy."""
        api = place.address(self.target, "api")
        return (ProxyEnabled(api=api, proxy=self.listener or self.target, enabled=False),)

    def traits(self) -> Traits:
        """Canaries are refused, those on their way reset."""
        return Traits(
            effect=ExpectedEffect(figure="canary outcomes", at_least=80, outcomes=("refused", "reset")),
            called="a closed port",
            loses_requests=True,
        )
