"""Switch a service off where its users come in: all of its load is gone at once."""

from typing import ClassVar

from pydantic import Field

from chaos.actions import Action, SettingWord
from chaos.mitigations.mitigation import BaseMitigation
from chaos.target_resolver import TargetResolver
from chaos.traits import Traits


class Disable(BaseMitigation):
    """Have ``target`` (the edge) answer 503 at once to every request for the client ``service``."""

    fault: ClassVar[str] = "disable"
    sets: ClassVar[frozenset[str]] = frozenset({"disabled"})

    target: str = Field(default="edge", min_length=1)
    service: str = Field(pattern=r"^\S+$")

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """One word in a setting of the edge: others that are disabled stay so."""
        address = place.address(self.target, "control")
        return (SettingWord(address=address, token_file=place.token_file, key="disabled", word=self.service),)

    def traits(self) -> Traits:
        """The edge refuses the users of one client."""
        return Traits(refuses=True, turns_away=(self.service,))
