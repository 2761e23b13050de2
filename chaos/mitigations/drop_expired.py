"""Don't work for those who have given up: what is past its deadline is refused, or dropped from the queue."""

from typing import ClassVar

from pydantic import Field

from chaos.mitigations.mitigation import SettingsMitigation, SettingValues


class DropExpired(SettingsMitigation):
    """Have the server ``target`` refuse (504) and drop work whose time is up.

    It knows only of clients that say how much time is left (policy layer ``deadline``).
    """

    fault: ClassVar[str] = "drop-expired"
    sets: ClassVar[frozenset[str]] = frozenset({"drop_expired"})

    target: str = Field(default="auth", min_length=1)

    def values(self) -> SettingValues:
        """One setting of the server."""
        return {"drop_expired": True}
