"""canary: one call a second over the bridge on a new connection, and what the calibration asks for."""

import asyncio
from typing import Any

from aiohttp import web
from yarl import URL

from services.client import Client, ClientSettings
from services.client.closed_loop import ClosedLoop
from services.client.crowd import Crowd
from services.client.pulse import Pulse
from services.kit.env import required
from services.kit.live_settings import DataSettings
from services.kit.role import Handler, Role, json_response
from services.kit.server import run

Settings = DataSettings
CALLS = ClientSettings(policy="none", timeout_s=8, connections="new")


class Canary(Role[Settings]):
    """Sends what the lab itself sends; its data port shows the latest call."""

    name = "canary"

    async def start(self) -> None:
        """Begin to call."""
        environment = self.place.environment
        target = URL(required(environment, "UPSTREAM", "http://auth")) / "check" % {"user": "canary"}
        bridge = required(environment, "BRIDGE", "http://bridge:3128")
        log = f"{self.place.service}->{target.host}"
        self.calls = self._client = Client(CALLS, bridge, self.place.source, log=log)
        self._loop = ClosedLoop(target, bridge, self.place.source)
        self._crowd = Crowd(target, bridge, self.place.source)
        self._pulse = Pulse(self._client, target)
        self._beating = asyncio.create_task(self._pulse.run())

    async def stop(self) -> None:
        """Stop calling."""
        self._beating.cancel()
        await self._loop.stop()
        await asyncio.gather(self._beating, return_exceptions=True)
        await self._client.close()

    async def answer(self, request: web.BaseRequest) -> web.Response:  # noqa: ARG002  Role's signature
        """The latest call."""
        return json_response({"canary": self._pulse.latest()})

    def controls(self) -> dict[str, Handler]:
        """What calibration asks for."""
        return {**self._loop.controls(), "/crowd": self._crowd.handle}

    def extras(self, after: float) -> dict[str, Any]:
        """The calls that ended after `after`, and the closed loop that runs."""
        return {"pulse": self._pulse.since(after), "closed_loop": self._loop.progress()}


if __name__ == "__main__":
    run(Canary)
