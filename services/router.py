"""router: a forwarding proxy behind the bridge; the Host decides, and only what ROUTES names is forwarded."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from services.client import Upstreams, UpstreamSettings
from services.kit.env import required
from services.kit.role import Role
from services.kit.routes import Routes, end_to_end
from services.kit.rules import number
from services.kit.server import run


@dataclass(frozen=True)
class Settings(UpstreamSettings):
    """A policy towards the services, and how long one of them may take (seconds)."""

    timeout_s: float = number(30.0, least=0.001, most=3600)


class Router(Role[Settings]):
    """Pooled, kept-alive connections to the services; 404 for an unknown name, 502, 503 and 504 are its own."""

    name = "router"
    settings = Settings

    async def start(self) -> None:
        """Open the pool."""
        self._routes = Routes(
            required(self.place.environment, "ROUTES", "auth=auth:8080 auth/metrics=auth:9000")
        )
        self._upstreams = Upstreams({"": None}, self.live.now, self.place.source, self.chance, self.counters)
        self.live.listen(self._upstreams.apply)

    async def stop(self) -> None:
        """Close the pool."""
        await self._upstreams.close()

    def extras(self, after: float) -> dict[str, Any]:  # noqa: ARG002  Role's signature
        """What it tried."""
        return {"upstream": self._upstreams.counters()}

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """What the named service answers."""
        url = self._routes.resolve(request)
        body = await request.read() if request.can_read_body else None
        headers = end_to_end(request.headers)
        return await self._upstreams.forward("", request.method, url, headers, body)


if __name__ == "__main__":
    run(Router)
