"""A closed loop: so many calls in flight, a new connection each, no retries. It measures capacity."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from yarl import URL

from services.client.client import Client
from services.client.client_settings import ClientSettings
from services.kit.histogram import Histogram
from services.kit.role import json_response

_CALLS = ClientSettings(policy="none", timeout_s=5, connections="new")


class BadLoopError(ValueError):
    """A parameter of the loop is wrong; says which, and its range."""


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop's parameters.

    Args:
        in_flight: Calls in flight at any time.
        windows: How many windows are measured.
        window_s: How long each is, in seconds.
        warm_up_s: How long the loop runs before the first window, in seconds.
    """

    in_flight: int = 16
    windows: int = 3
    window_s: float = 1.0
    warm_up_s: float = 0.5

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Loop":
        """The loop that a URL's query asks for."""
        for key in query:
            if key not in {"in_flight", "windows", "window_s", "warm_up_s"}:
                valid = "in_flight, windows, window_s, warm_up_s"
                raise BadLoopError(f"unknown parameter {key!r} (valid: {valid})")
        return cls(
            in_flight=int(_between(query, "in_flight", "16", 1, 256)),
            windows=int(_between(query, "windows", "3", 1, 20)),
            window_s=_between(query, "window_s", "1", 0.2, 10),
            warm_up_s=_between(query, "warm_up_s", "0.5", 0, 10),
        )

    async def run(self, target: URL, bridge: str, source: str | None) -> dict[str, Any]:
        """Completions per second of each window, errors by kind, latencies (from the warm-up on)."""
        client = Client(_CALLS, bridge, source)
        windows, errors, latency = [0] * self.windows, Counter[str](), Histogram()
        begin_s = time.monotonic() + self.warm_up_s
        end_s = begin_s + self.windows * self.window_s

        async def worker() -> None:
            while (started_s := time.monotonic()) < end_s:
                answer = await client.call("GET", target)
                now_s = time.monotonic()
                if not begin_s <= now_s < end_s:
                    continue
                if answer.failure is not None:
                    errors[answer.failure] += 1
                    continue
                windows[min(int((now_s - begin_s) / self.window_s), self.windows - 1)] += 1
                latency.add((now_s - started_s) * 1000)

        try:
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + end_s - time.monotonic()):
                await asyncio.gather(*(worker() for _ in range(self.in_flight)))
        except TimeoutError:
            pass  # what is in flight at the end belongs to no window
        finally:
            await client.close()
        rates = [round(count / self.window_s, 3) for count in windows]
        return {"windows_rps": rates, "errors": dict(errors), "latency": latency.as_json()}


class ClosedLoop:
    """POST /closed-loop of a control port; one at a time.

    Args:
        target: What is called.
        bridge: The proxy that it is called through.
        source: The address that connections come from; None: the system chooses.
    """

    def __init__(self, target: URL, bridge: str, source: str | None) -> None:
        self._to = (target, bridge, source)
        self._running = False

    async def handle(self, request: web.Request) -> web.Response:
        """Run the loop that the query asks for: 200, 400 or (there is one already) 409."""
        if self._running:
            return json_response({"error": "a closed loop is running already"}, status=409)
        self._running = True
        try:
            return json_response(await Loop.from_query(request.query).run(*self._to))
        except BadLoopError as error:
            return json_response({"error": str(error)}, status=400)
        finally:
            self._running = False


def _between(query: Mapping[str, str], key: str, default: str, least: float, most: float) -> float:
    text = query.get(key, default)
    try:
        value = float(text) if key.endswith("_s") else int(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise BadLoopError(f"{key}={text!r} is not a number from {least:g} to {most:g}")
    return value
