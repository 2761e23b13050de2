"""storefront: answers a customer after asking `auth` over the bridge."""

import json
from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from services.kit.call_log import CallLog
from services.kit.env import required
from services.kit.role import Role, json_response
from services.kit.server import run
from services.libraries.either import Either
from services.libraries.settings import EitherSettings


@dataclass(frozen=True)
class Settings(EitherSettings):
    """A data port and a client, or a real library in its place."""


class Storefront(Role[Settings]):
    """200 only when auth's answer is correct; else 503 with the outcome."""

    name = "storefront"
    settings = Settings

    async def start(self) -> None:
        """Open the client."""
        self._check = URL(required("UPSTREAM", "http://auth")) / "check"
        self.calls = self._either = Either.over_bridge(self.live.now, self.place, self.chance, self._check)
        self.live.listen(self._either.apply)

    async def stop(self) -> None:
        """Close the clients."""
        await self._either.close()

    def call_logs(self) -> tuple[CallLog, ...]:
        """Its answers and its calls, whoever makes them."""
        return self.answers, *self._either.logs

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """The customer's page, if auth allows it."""
        user = request.query.get("user", "anonymous")
        answer = await self._either.get_for(request, self._check % {"user": user})
        wrong = answer.failure or (None if _allows(answer.body, user) else "wrong")
        if wrong is not None:
            return json_response({"user": user, "outcome": wrong}, status=503)
        return json_response({"user": user, "page": "welcome"})


def _allows(body: bytes, user: str) -> bool:
    try:
        return bool(json.loads(body) == {"user": user, "allowed": True})
    except ValueError:
        return False


if __name__ == "__main__":
    run(Storefront)
