"""A service that answers 503."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from chaos.actions import Action, ChangeSettings
from chaos.faults.fault import BaseFault
from chaos.target_resolver import TargetResolver
from chaos.traits import ExpectedEffect, Traits


class Unavailable(BaseFault):
    """Answer ``share`` (0..1) of the requests with 503 at once, without any work."""

    fault: ClassVar[str] = "unavailable"
    example: ClassVar[Mapping[str, Any]] = {"target": "auth"}

    share: float = Field(default=1.0, gt=0, le=1)

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """One setting of the service."""
        address = place.address(self.target, "control")
        return (
            ChangeSettings(address=address, token_file=place.token_file, values={"fail_share": self.share}),
        )

    def traits(self) -> Traits:
        """80 % of the asked share is answered 503."""
        return Traits(
            effect=ExpectedEffect(figure="answered 503", at_least=80 * self.share), called="refusals"
        )
