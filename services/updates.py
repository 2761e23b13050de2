"""updates: answers a subscriber when there is news, which is never before `hold_s` have passed (a long poll)."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from services.kit.live_settings import DataSettings
from services.kit.role import Role, json_response
from services.kit.rules import number
from services.kit.server import run


@dataclass(frozen=True)
class Settings(DataSettings):
    """How long a subscriber is held (seconds); router's `timeout_s`, 30 where nothing is said, must be longer."""

    hold_s: float = number(20.0, least=0, most=600)


class Updates(Role[Settings]):
    """Holds everyone who asks; holding costs nothing but the connection."""

    name = "updates"
    settings = Settings

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """No news, in a while."""
        await asyncio.sleep(self.live.now.hold_s)  # noqa: TID251  the wait is the thing itself
        return json_response({"client": request.query.get("client", "anonymous"), "news": []})


if __name__ == "__main__":
    run(Updates)
