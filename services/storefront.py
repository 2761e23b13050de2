"""storefront: answers a customer after asking `auth` over the bridge."""

import json
from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from services.client import ClientSettings, get_for, over_bridge
from services.kit.call_log import CallLog
from services.kit.env import required
from services.kit.request_id import request_id
from services.kit.role import Role, json_response
from services.kit.server import run
from services.libraries.client import LibraryClient
from services.libraries.either import Either
from services.libraries.settings import LibrarySettings


@dataclass(frozen=True)
class Settings(ClientSettings, LibrarySettings):
    """A data port and a client, or a real library in its place."""


class Storefront(Role[Settings]):
    """200 only when auth's answer is correct; else 503 with the outcome."""

    name = "storefront"
    settings = Settings

    async def start(self) -> None:
        """Open the client."""
        self._check = URL(required("UPSTREAM", "http://auth")) / "check"
        bridge, to = required("BRIDGE", "http://bridge:3128"), self._check.host
        self._client = over_bridge(self.live.now, self.place, self.chance, to)
        self._library = LibraryClient(bridge, self.place.source, f"{self.place.service}->{to}")
        self.calls = self._either = Either(self._client, self._library)
        self.live.listen(self._client.apply)
        self.live.listen(self._library.apply)

    async def stop(self) -> None:
        """Close the clients."""
        await self._client.close()
        await self._library.close()

    def call_logs(self) -> tuple[CallLog, ...]:
        """Its answers and its calls, whoever makes them."""
        return (self.answers, *self._either.logs)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """The customer's page, if auth allows it."""
        user = request.query.get("user", "anonymous")
        check = self._check % {"user": user}
        if self._library.on:
            answer = await self._library.call(str(check), request_id(request))
        else:
            answer = await get_for(self._client, request, check)
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
