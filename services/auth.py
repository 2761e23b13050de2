"""auth: says whether a user is allowed, after a service time, with so many workers and a queue."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from services.kit.admission import Admission, FullError
from services.kit.role import Role, json_response
from services.kit.rules import number, whole
from services.kit.server import run
from services.kit.settings import DataSettings


@dataclass(frozen=True)
class Settings(DataSettings):
    """How long an answer takes (milliseconds), how many at once, how many may wait."""

    service_time_ms: float = number(5.0, least=0, most=60_000)
    workers: int = whole(64, least=1, most=100_000)
    queue_limit: int = whole(1024, least=0, most=1_000_000)


class Auth(Role[Settings]):
    """Checkable answers: {"user": ..., "allowed": true}; 503 when the queue is full."""

    name = "auth"
    settings = Settings
    admission: Admission

    async def start(self) -> None:
        """Open the queue."""
        self.admission = Admission(self.live.now.workers, self.live.now.queue_limit)
        self.live.listen(lambda now: self.admission.resize(now.workers, now.queue_limit))

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Allowed, in a while."""
        try:
            async with self.admission.worker():
                # the service time is the thing itself
                await asyncio.sleep(self.live.now.service_time_ms / 1000)  # noqa: TID251
        except FullError:
            return json_response({"error": "the queue is full"}, status=503)
        return json_response({"user": request.query.get("user", "anonymous"), "allowed": True})


if __name__ == "__main__":
    run(Auth)
