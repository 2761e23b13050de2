"""Switch a client's retry policy while it runs."""

from typing import ClassVar

from pydantic import Field

from chaos.mitigations.mitigation import SettingsMitigation, SettingValues
from chaos.traits import Traits


class Policy(SettingsMitigation):
    """Give the clients of ``target`` the policy that ``policy`` says, e.g. ``budget + breaker``."""

    fault: ClassVar[str] = "policy"
    sets: ClassVar[frozenset[str]] = frozenset({"policy"})
    own_client: ClassVar[bool] = True

    policy: str = Field(min_length=1)

    def values(self) -> SettingValues:
        """One setting; the service knows which policies there are."""
        return {"policy": self.policy}

    def traits(self) -> Traits:
        """A sentence says which policy."""
        return Traits(called=self.policy)
