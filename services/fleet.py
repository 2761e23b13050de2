"""fleet: internal clients that hold subscriptions over the bridge, and come back by their policy when they are cut."""

import resource
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from services.client import Client, ClientSettings
from services.client.growth import growth
from services.client.subscribers import MOST_CLIENTS, Subscribers
from services.client.turns import Turns
from services.kit.automation import Automation
from services.kit.env import Environment, required
from services.kit.live_settings import SettingsError
from services.kit.role import Role, json_response
from services.kit.rules import number, whole
from services.kit.server import run

FILES_EACH, FILES_BESIDE = 3, 200
"""Open files of router for each client: to the bridge, to updates, and the latter again of a subscription that was cut
a moment ago. A process here has the limit that router has."""


@dataclass(frozen=True)
class Settings(ClientSettings):
    """How the clients call, how many there are, and over how many seconds new ones begin, one after the other."""

    clients: int = whole(0, least=0, most=MOST_CLIENTS)
    spread_s: float = number(10.0, least=0, most=600)

    def fits(self, environment: Environment) -> None:
        """Refuse more clients than the limit of open files has room for."""
        needed, (_, most) = (
            FILES_EACH * self.clients + FILES_BESIDE,
            resource.getrlimit(resource.RLIMIT_NOFILE),
        )
        if self.clients and needed > most != resource.RLIM_INFINITY:
            room = max(0, most - FILES_BESIDE) // FILES_EACH
            why = (
                f"clients={self.clients}: bridge and router need up to {needed} open files for them, and a process may "
                f"have {most} here (RLIMIT_NOFILE). Raise the hard limit (ulimit -Hn; of containers: the engine's "
                f"default-ulimits), or have at most {room}"
            )
            raise SettingsError(why, "clients", self.clients, f"at most {room}")
        super().fits(environment)


class Fleet(Role[Settings]):
    """Its data port shows how many clients there are."""

    name = "fleet"
    why_alone = "it counts its clients, and each has a number of its own"
    settings = Settings

    async def start(self) -> None:
        """Open the client; subscriptions begin with the setting `clients`."""
        environment = self.place.environment
        target = URL(required(environment, "UPSTREAM", "http://updates")) / "updates"
        bridge = required(environment, "BRIDGE", "http://bridge:3128")
        name = f"{self.place.service}->{target.host}"
        turns = Turns()
        self.calls = self._client = Client(
            self.live.now, bridge, self.place.source, self.chance, log=name, pause=turns.sleep
        )
        self._subscribers = Subscribers(self._client, target, turns)
        self._growth = growth(self._subscribers, lambda: self.live.now.clients)
        self.live.listen(self._apply)

    async def stop(self) -> None:
        """End the subscriptions."""
        await self._growth.stop()
        await self._subscribers.close()
        await self._client.close()

    async def answer(self, request: web.BaseRequest) -> web.Response:  # noqa: ARG002  Role's signature
        """The number of clients."""
        return json_response({"clients": len(self._subscribers)})

    def automations(self) -> Mapping[str, Automation]:
        """More clients, in steps."""
        return {"grow": self._growth}

    def _apply(self, now: Settings) -> None:
        self._client.apply(now)
        self._subscribers.resize(now.clients, now.spread_s)


if __name__ == "__main__":
    run(Fleet)
