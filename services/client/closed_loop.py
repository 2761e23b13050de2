"""A closed loop: so many calls in flight, a new connection each, no retries. It keeps the device saturated."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from typing import Any

from aiohttp import web
from yarl import URL

from services.client.client import Client
from services.client.client_settings import ClientSettings
from services.kit.histogram import Histogram
from services.kit.query import BadQueryError, number, only
from services.kit.role import Handler, json_response

_CALLS = ClientSettings(policy="none", timeout_s=5, connections="new")


class Loop:
    """A loop that runs, until it is ended or ``most_s`` are over, and what it has counted since it began.

    Args:
        target: What is called.
        bridge: The proxy that it is called through.
        source: The address that connections come from; None: the system chooses.
    """

    def __init__(self, target: URL, bridge: str, source: str | None) -> None:
        self._target = target
        self._client = Client(_CALLS, bridge, source)
        self._completed = 0
        self._errors: Counter[str] = Counter()
        self._latency = Histogram()
        self._began_s = time.monotonic()

    async def run(self, in_flight: int, most_s: float) -> None:
        """Keep ``in_flight`` calls in flight; what has not ended when this does counts as nothing."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(most_s):
                    await asyncio.gather(*(self._worker() for _ in range(in_flight)))
        finally:
            await self._client.close()

    async def _worker(self) -> None:
        while True:
            started_s = time.monotonic()
            answer = await self._client.call("GET", self._target)
            if answer.failure is not None:
                self._errors[answer.failure] += 1
                continue
            self._completed += 1
            self._latency.add((time.monotonic() - started_s) * 1000)

    def as_json(self) -> dict[str, Any]:
        """Calls that were answered, the others by kind, latencies of the answered ones, seconds since it began."""
        return {
            "completed_total": self._completed,
            "errors": dict(self._errors),
            "latency": self._latency.as_json(),
            "ran_s": time.monotonic() - self._began_s,
        }


class ClosedLoop:
    """POST /closed-loop/begin and /closed-loop/end of a control port; one loop at a time.

    Args:
        target, bridge, source: As :class:`Loop` takes them.
    """

    def __init__(self, target: URL, bridge: str, source: str | None) -> None:
        self._to = (target, bridge, source)
        self._running: tuple[Loop, asyncio.Task[None]] | None = None

    def controls(self) -> dict[str, Handler]:
        """The POST calls."""
        return {"/closed-loop/begin": self.begin, "/closed-loop/end": self.end}

    def progress(self) -> dict[str, Any] | None:
        """What the loop that runs has counted so far; None: none runs."""
        return None if self._running is None else self._running[0].as_json()

    async def begin(self, request: web.Request) -> web.Response:
        """Begin one: 200, 400, or (there is one already) 409."""
        try:
            only(request.query, "in_flight", "most_s")
            in_flight = int(number(request.query, "in_flight", 16, 1, 256, whole=True))
            most_s = number(request.query, "most_s", 30, 0.1, 120)
        except BadQueryError as error:
            return json_response({"error": str(error)}, status=400)
        if self._running is not None and not self._running[1].done():
            return json_response({"error": "a closed loop is running already"}, status=409)
        loop = Loop(*self._to)
        self._running = loop, asyncio.create_task(loop.run(in_flight, most_s))
        return json_response({"in_flight": in_flight, "most_s": most_s})

    async def end(self, request: web.Request) -> web.Response:  # noqa: ARG002  Handler's signature
        """End it and say what it counted: 200, or (there is none) 409."""
        if self._running is None:
            return json_response({"error": "no closed loop is running"}, status=409)
        counted = self._running[0].as_json()
        await self.stop()
        return json_response(counted)

    async def stop(self) -> None:
        """End the one that runs, if there is one."""
        if self._running is None:
            return
        _, task = self._running
        self._running = None
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
