"""storefront: answers a customer after asking `auth` over the bridge."""

import json
from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from services.client import ClientSettings, get_for, over_bridge
from services.kit.env import required
from services.kit.role import Role, json_response
from services.kit.server import run


@dataclass(frozen=True)
class Settings(ClientSettings):
    """A data port and a client."""


class Storefront(Role[Settings]):
    """200 only when auth's answer is correct; else 503 with the outcome."""

    name = "storefront"
    settings = Settings

    async def start(self) -> None:
        """Open the client."""
        self._check = URL(required("UPSTREAM", "http://auth")) / "check"
        client = over_bridge(self.live.now, self.place, self.chance, self._check.host)
        self.calls = self._client = client
        self.live.listen(self._client.apply)

    async def stop(self) -> None:
        """Close the client."""
        await self._client.close()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """The customer's page, if auth allows it."""
        user = request.query.get("user", "anonymous")
        answer = await get_for(self._client, request, self._check % {"user": user})
        if answer.failure is not None:
            return json_response({"user": user, "outcome": answer.failure}, status=503)
        if not _allows(answer.body, user):
            return json_response({"user": user, "outcome": "wrong"}, status=503)
        return json_response({"user": user, "page": "welcome"})


def _allows(body: bytes, user: str) -> bool:
    try:
        return bool(json.loads(body) == {"user": user, "allowed": True})
    except ValueError:
        return False


if __name__ == "__main__":
    run(Storefront)
