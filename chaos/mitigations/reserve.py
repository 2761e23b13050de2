"""What the mitigations share that move a client to the reserve device."""

from typing import ClassVar

from chaos.actions import Action
from chaos.errors import UnsupportedError
from chaos.mitigations.mitigation import SettingsMitigation, SettingValues
from chaos.target_resolver import TargetResolver

RESERVE = "bridge-reserve"
"""The device beside the bridge that idles until something is routed to it."""


class OnReserve(SettingsMitigation):
    """Calls of the client ``target`` cross by the reserve device, from their next connection on."""

    uses: ClassVar[frozenset[str]] = frozenset({RESERVE})
    sets: ClassVar[frozenset[str]] = frozenset({"device"})
    own_client: ClassVar[bool] = True

    def values(self) -> SettingValues:
        """One setting of the client."""
        return {"device": RESERVE}

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """Change the setting, if there is such a device.

        Raises:
            UnsupportedError: this lab has none; says how to get one.
        """
        try:
            place.handle(RESERVE)
        except KeyError:
            raise UnsupportedError(
                f"this lab has no {RESERVE} to move {self.target} to. A drill with `reserve: true` has one, e.g. "
                f"`lab up --drill operators`"
            ) from None
        return super().actions(place)
