"""More and more clients: an autoscaler that adds them in steps."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from chaos.automations.automation import BaseAutomation


class Grow(BaseAutomation):
    """Open ``clients`` more clients of ``target``, ``step`` at a time, a step every ``every_s``; stopped, they end."""

    fault: ClassVar[str] = "grow"
    sets: ClassVar[frozenset[str]] = frozenset({"clients"})
    example: ClassVar[Mapping[str, Any]] = {"clients": 100, "step": 10, "every_s": 1, "deadline_s": 30}

    target: str = Field(default="fleet", min_length=1)
    clients: int = Field(ge=1, le=5_000)
    step: int = Field(default=10, ge=1, le=5_000)
    every_s: float = Field(default=1.0, ge=0, le=600)

    def values(self) -> dict[str, float]:
        """As the fleet calls them."""
        return {"clients": self.clients, "step": self.step, "every_s": self.every_s}
