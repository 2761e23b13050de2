"""fleet: internal clients that hold subscriptions over the bridge, and come back by their policy when they are cut."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from services.client import Client, ClientSettings
from services.client.growth import growth
from services.client.subscribers import Subscribers
from services.kit.automation import Automation
from services.kit.env import required
from services.kit.role import Role, json_response
from services.kit.rules import whole
from services.kit.server import run


@dataclass(frozen=True)
class Settings(ClientSettings):
    """How the clients call, and how many there are."""

    clients: int = whole(0, least=0, most=5_000)


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
        self.calls = self._client = Client(self.live.now, bridge, self.place.source, self.chance, log=name)
        self._subscribers = Subscribers(self._client, target)
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
        self._subscribers.resize(now.clients)


if __name__ == "__main__":
    run(Fleet)
