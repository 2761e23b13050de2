"""The settings of a front door, and asking its `Entrance`."""

import time
from dataclasses import dataclass

from aiohttp import web

from services.admission import Entrance
from services.kit.clients import check_names, names
from services.kit.env import Environment
from services.kit.live_settings import DataSettings, SettingsError
from services.kit.priority import priority
from services.kit.request_id import request_id
from services.kit.rules import number, text
from services.kit.shed import ShedError

_NAMES = "names of clients, separated by spaces"


def _any_name(_written: str) -> None:
    """Which clients there are is the environment's to say: `fits`."""


@dataclass(frozen=True)
class EntranceSettings(DataSettings):
    """Whom to let in: a share, all but some clients, no one for a while (seconds) and then ever more."""

    admit_share: float = number(1.0, least=0, most=1)
    disabled: str = text("", _NAMES, _any_name, "clients")
    drain_stop_s: float = number(0.0, least=0, most=600)
    drain_ramp_s: float = number(0.0, least=0, most=600)

    def fits(self, environment: Environment) -> None:
        """Refuse a client that the environment doesn't have."""
        try:
            check_names(self.disabled, environment)
        except ValueError as error:
            why = f"disabled={self.disabled!r}: {error}; valid: {_NAMES}"
            raise SettingsError(why, "disabled", self.disabled, _NAMES) from error
        super().fits(environment)


class FrontDoor:
    """An `Entrance` with a clock and live settings."""

    def __init__(self) -> None:
        self._entrance = Entrance()

    def apply(self, now: EntranceSettings) -> None:
        """Go on like this."""
        self._entrance.set(
            admit_share=now.admit_share,
            disabled=names(now.disabled),
            drain_s=(now.drain_stop_s, now.drain_ramp_s),
            now_s=time.monotonic(),
        )

    def let_in(self, request: web.BaseRequest, client: str) -> None:
        """Nothing, or a ShedError that says why the request may not come in."""
        rank = priority(request.headers, request_id(request))
        why = self._entrance.refuses(client, rank, time.monotonic())
        if why is not None:
            raise ShedError(why)
