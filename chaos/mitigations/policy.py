"""Switch a client's retry policy while it runs."""

from typing import ClassVar

from pydantic import Field

from chaos.actions import Action, Settings
from chaos.faults.base import BaseFault, Kind
from chaos.place import Place


class Policy(BaseFault):
    """Give the clients of ``target`` the policy that ``policy`` says, e.g. ``budget + breaker``."""

    kind: ClassVar[Kind] = "mitigation"
    fault: ClassVar[str] = "policy"
    moves: ClassVar[tuple[str, ...]] = ("attempts", "goodput")

    policy: str = Field(min_length=1)

    def actions(self, place: Place) -> tuple[Action, ...]:
        """One setting of the service; the service knows which policies there are."""
        address = place.address(self.target, "control")
        return (Settings(address=address, token_file=place.token_file, values={"policy": self.policy}),)
