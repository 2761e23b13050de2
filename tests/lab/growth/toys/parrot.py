"""A toy role: a service that says what it was told, several times."""

from dataclasses import dataclass

from aiohttp import web

from services.kit.live_settings import DataSettings
from services.kit.role import Role, json_response
from services.kit.rules import whole
from services.kit.server import run


@dataclass(frozen=True)
class Settings(DataSettings):
    """How often it says it."""

    times: int = whole(1, least=1, most=9)


class Parrot(Role[Settings]):
    """Answers with the path that was asked for."""

    name = "parrot"
    settings = Settings

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """The path, so many times."""
        return json_response({"said": [request.path] * self.live.now.times})


if __name__ == "__main__":
    run(Parrot)
