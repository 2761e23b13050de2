"""Refuse the least important part of the load at the edge, before it costs anything behind it."""

from typing import ClassVar

from pydantic import Field

from chaos.mitigations.mitigation import SettingsMitigation, SettingValues
from chaos.traits import Traits


class Shed(SettingsMitigation):
    """Let ``admit_share`` (0..1) of the requests in at ``target``, the lowest priorities (X-Priority) refused first."""

    fault: ClassVar[str] = "shed"
    sets: ClassVar[frozenset[str]] = frozenset({"admit_share"})

    target: str = Field(default="edge", min_length=1)
    admit_share: float = Field(ge=0, lt=1)

    def values(self) -> SettingValues:
        """One setting of the edge."""
        return {"admit_share": self.admit_share}

    def traits(self) -> Traits:
        """The edge refuses the rest."""
        return Traits(refuses=True)
