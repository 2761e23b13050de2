"""A toy fault: a service that takes longer for each answer."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from chaos.actions import Action, ChangeSettings
from chaos.faults.fault import BaseFault
from chaos.target_resolver import TargetResolver
from chaos.traits import ExpectedEffect, Traits


class Sluggish(BaseFault):
    """Work on each request for ``answer_ms``."""

    fault: ClassVar[str] = "sluggish"
    example: ClassVar[Mapping[str, Any]] = {"target": "auth", "answer_ms": 300}

    answer_ms: float = Field(gt=0, le=5_000)

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """One setting of the service."""
        address = place.address(self.target, "control")
        values = {"service_time_ms": self.answer_ms}
        return (ChangeSettings(address=address, token_file=place.token_file, values=values),)

    def traits(self) -> Traits:
        """The canary waits as long."""
        effect = ExpectedEffect(figure="canary latency", at_least=0.8 * self.answer_ms)
        return Traits(effect=effect, called="slow work")
