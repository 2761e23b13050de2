"""One call a second, whether or not earlier ones have ended, and what became of each."""

import asyncio
import time
from collections import deque
from typing import Any

from yarl import URL

from services.client.client import Client
from services.kit.request_id import new_id

PERIOD_S = 1.0
KEPT_S = 30.0


class Pulse:
    """Calls `target` once a second and keeps what ended in the last 30 s.

    A slow call is reported when it has ended, however long ago it started: a reader that asks for what is new
    since its last question misses none.
    """

    def __init__(self, client: Client, target: URL) -> None:
        self._client = client
        self._target = target
        self._ended: deque[tuple[float, dict[str, Any]]] = deque()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as calls:
            due_s = time.monotonic()
            while True:
                calls.create_task(self._call())
                due_s += PERIOD_S
                await asyncio.sleep(due_s - time.monotonic())  # noqa: TID251  the pace is the thing itself

    def since(self, after: float) -> list[dict[str, Any]]:
        """The calls that ended in a second later than `after`, oldest first."""
        self._forget(time.monotonic())
        return [call for ended_s, call in self._ended if int(ended_s) > after]

    def latest(self) -> dict[str, Any] | None:
        """The call that ended last; None before there is one."""
        return self._ended[-1][1] if self._ended else None

    async def _call(self) -> None:
        started_s = time.monotonic()
        answer = await self._client.call("GET", self._target, new_id())
        now_s = time.monotonic()
        latency_ms = round((now_s - started_s) * 1000, 3)
        outcome = answer.failure or "ok"
        self._ended.append((now_s, {"started_s": started_s, "outcome": outcome, "latency_ms": latency_ms}))
        self._forget(now_s)

    def _forget(self, now_s: float) -> None:
        while self._ended and self._ended[0][0] < now_s - KEPT_S:
            self._ended.popleft()
