"""auth: says whether a user is allowed, after a service time, with so many workers and a queue."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from services.admission import names, validate
from services.kit.live_settings import DataSettings
from services.kit.role import Role, json_response
from services.kit.rules import flag, number, text, whole
from services.kit.server import run
from services.kit.worker_pool import Admission

LAYERS = f"{', '.join(names())}, joined by +, e.g. codel + adaptive-lifo"


@dataclass(frozen=True)
class Settings(DataSettings):
    """How long an answer takes (milliseconds), how many at once, how many may wait, and who of them."""

    service_time_ms: float = number(5.0, least=0, most=60_000)
    workers: int = whole(64, least=1, most=100_000)
    queue_limit: int = whole(1024, least=0, most=1_000_000)
    admission: str = text("fifo", LAYERS, validate, "admission")
    drop_expired: bool = flag(default=False)


class Auth(Role[Settings]):
    """Checkable answers: {"user": ..., "allowed": true}; 503 or 504 for what is refused or dropped."""

    name = "auth"
    settings = Settings
    admission: Admission

    async def start(self) -> None:
        """Open the queue."""
        self.admission = Admission()
        self.live.listen(self._apply)

    async def stop(self) -> None:
        """Close it."""
        self.admission.close()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Allowed, in a while."""
        async with self.admission.worker(request):
            # the service time is the thing itself
            await asyncio.sleep(self.live.now.service_time_ms / 1000)  # noqa: TID251
        return json_response({"user": request.query.get("user", "anonymous"), "allowed": True})

    def _apply(self, now: Settings) -> None:
        self.admission.use(now.admission, now.workers, now.queue_limit, drop_expired=now.drop_expired)


if __name__ == "__main__":
    run(Auth)
