"""storefront: answers a customer after asking `auth` over the bridge."""

import json

from aiohttp import web
from yarl import URL

from services.kit.call_log import CallLog
from services.kit.env import required
from services.kit.role import Role, json_response
from services.kit.server import run
from services.libraries.library_settings import SwitchableClientSettings
from services.libraries.switchable_client import SwitchableClient

Settings = SwitchableClientSettings


class Storefront(Role[Settings]):
    """200 only when auth's answer is correct; else 503 with the outcome."""

    name = "storefront"
    settings = Settings

    async def start(self) -> None:
        """Open the client, and the library that may take its place."""
        self._check = URL(required(self.place.environment, "UPSTREAM", "http://auth")) / "check"
        to = self._check.host
        self.calls = self._clients = SwitchableClient.over_bridge(self.live.now, self.place, self.chance, to)
        self.live.listen(self._clients.apply)

    async def stop(self) -> None:
        """Close both."""
        await self._clients.close()

    def call_logs(self) -> tuple[CallLog, ...]:
        """Its answers and its calls, whoever makes them."""
        return (self.answers, *self._clients.logs)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """The customer's page, if auth allows it."""
        user = request.query.get("user", "anonymous")
        answer = await self._clients.get_for(request, self._check.with_query(user=user))
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
