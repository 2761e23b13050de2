"""A service that answers 503."""

from typing import ClassVar

from pydantic import Field

from chaos.actions import Action, Settings
from chaos.faults.fault import BaseFault
from chaos.place import Place


class Unavailable(BaseFault):
    """Answer ``share`` (0..1) of the requests with 503 at once, without any work."""

    fault: ClassVar[str] = "unavailable"
    moves: ClassVar[tuple[str, ...]] = ("failed_503", "goodput", "attempts")

    share: float = Field(default=1.0, gt=0, le=1)

    def actions(self, place: Place) -> tuple[Action, ...]:
        """One setting of the service."""
        address = place.address(self.target, "control")
        return (Settings(address=address, token_file=place.token_file, values={"fail_share": self.share}),)
