"""Newest first when there is a queue: who came last still waits for the answer."""

from typing import ClassVar

from pydantic import Field

from chaos.mitigations.mitigation import SettingsMitigation, SettingValues

ADMISSION = "adaptive-lifo"


class Lifo(SettingsMitigation):
    """Have the server ``target`` take the newest request first while requests queue, the oldest otherwise."""

    fault: ClassVar[str] = "lifo"
    sets: ClassVar[frozenset[str]] = frozenset({"admission"})

    target: str = Field(default="auth", min_length=1)

    def values(self) -> SettingValues:
        """One setting of the server."""
        return {"admission": ADMISSION}
