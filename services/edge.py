"""edge: receives the load, lets in whom it may, and passes it to the clients, directly and by a policy of its own."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from yarl import URL

from services.client import Upstreams, UpstreamSettings
from services.kit import headers
from services.kit.call_log import CallLog
from services.kit.clients import Clients
from services.kit.front_door import EntranceSettings, FrontDoor
from services.kit.role import Role, json_response
from services.kit.server import run


@dataclass(frozen=True)
class Settings(UpstreamSettings, EntranceSettings):
    """A policy towards the clients, and whom to let in."""


class Edge(Role[Settings]):
    """Forwards every GET; what a client answers is the answer, 502, 503 and 504 are its own."""

    name = "edge"
    settings = Settings

    async def start(self) -> None:
        """Open the pools to the clients."""
        self._clients, self._door = Clients.from_environment(self.place.environment), FrontDoor()
        logs = {name: f"{self.place.service}->{name}" for name in self._clients.urls}
        self._upstreams = Upstreams(logs, self.live.now, self.place.source, self.chance, self.counters)
        self.live.listen(self._upstreams.apply)
        self.live.listen(self._door.apply)

    async def stop(self) -> None:
        """Close the pools."""
        await self._upstreams.close()

    def call_logs(self) -> tuple[CallLog, ...]:
        """Its answers and its calls to the clients."""
        return self.answers, *self._upstreams.logs

    def extras(self, after: float) -> dict[str, Any]:  # noqa: ARG002  Role's signature
        """What it tried, by client."""
        return {"upstream": self._upstreams.counters()}

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """What the client answers that the path is for."""
        if request.method != "GET":
            return json_response({"error": "only GET"}, status=405)
        name = self._clients.named_by(request.path)
        self._door.let_in(request, name)
        url = URL(self._clients.urls[name] + request.path_qs, encoded=True)
        return await self._upstreams.forward(name, "GET", url, headers.to_pass_on(request))


if __name__ == "__main__":
    run(Edge)
