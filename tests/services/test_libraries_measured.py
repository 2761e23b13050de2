"""What each library does by itself, measured, and held against the table in docs/libraries.md.

A server answers 503, says nothing, or closes without an answer; nobody listens at all. Attempts are counted where they
arrive. Waits between attempts are noted instead of waited.
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import urllib3
from aiohttp import web

from services.libraries import REGISTRY, Library, Route, open_library

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.services.conftest import Respond

PAGE = Path(__file__).parents[2] / "docs" / "libraries.md"
ENDLESS = 12
"""Attempts after which a library is taken for one that never ends; the most of any that does end is 5."""
TIMEOUT_S = 0.15
NO_END = "no end"

TIMEOUTS: dict[str, Callable[[Any], str]] = {
    "aiohttp": lambda one: f"{one.session.timeout.total:g} s in all",
    "aiohttp-retry": lambda one: f"{one.session.timeout.total:g} s in all",
    "backoff": lambda one: _seconds(requests.Session().get.__kwdefaults__, one._library._route.timeout_s),
    "httpx": lambda one: f"{one.client.timeout.read:g} s each",
    "requests": lambda one: _seconds(None, one._library.timeout_s),
    "requests-retry": lambda one: _seconds(None, one._library.timeout_s),
    "stamina": lambda one: f"{one.client.timeout.read:g} s each",
    "tenacity": lambda one: f"{one.client.timeout.read:g} s each",
    "urllib3": lambda one: _seconds(None, urllib3.Timeout.from_float(None).read_timeout),
}


@dataclass
class Waits:
    """The waits that were asked for, in seconds; none of them takes place."""

    asked_s: list[float] = field(default_factory=list)

    def take(self) -> list[float]:
        """Those since the last question, but for none at all."""
        asked, self.asked_s = self.asked_s, []
        return [wait_s for wait_s in asked if wait_s > 0]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Notes every `time.sleep` of a thread and every `asyncio.sleep`."""
    noted, really = Waits(), asyncio.sleep

    async def sleep(delay: float, result: object = None) -> object:
        noted.asked_s.append(delay)
        return await really(0, result)

    monkeypatch.setattr(time, "sleep", lambda wait_s: noted.asked_s.append(wait_s))
    monkeypatch.setattr(asyncio, "sleep", sleep)
    return noted


@dataclass(frozen=True)
class Row:
    """A row of the table: attempts by what happened to each, and the waits between them."""

    version: str
    timeout: str
    attempts: dict[str, str]
    waits: str


def documented() -> dict[str, Row]:
    """The table of the page."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|(.+)\|$", PAGE.read_text(), re.MULTILINE)
    cells = {name: [cell.strip() for cell in rest.split("|")] for name, rest in rows}
    return {
        name: Row(
            row[0], row[1], dict(zip(("503", "silent", "reset", "refused"), row[2:6], strict=True)), row[6]
        )
        for name, row in cells.items()
    }


def test_every_library_has_a_row_and_every_row_a_library() -> None:
    """The page knows what the registry knows."""
    assert set(documented()) == set(REGISTRY)


@pytest.mark.parametrize("name", sorted(REGISTRY))
async def test_a_library_does_what_the_page_says(
    name: str, serve: Callable[[Respond], Awaitable[str]], waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version, default timeout, attempts in four kinds of trouble, waits between them."""
    row = documented()[name]
    dist = REGISTRY[name].needs[0].replace("_", "-")
    attempts, waited = {}, []
    for trouble in row.attempts:
        attempts[trouble] = await _attempts(name, trouble, serve, monkeypatch)
        waited.append(waits.take())
    assert (f"{dist} {version(dist)}", attempts) == (row.version, row.attempts)
    for asked_s in waited:
        _within(asked_s, row.waits)
    assert row.waits == "-" or any(waited), "no library would have waited"
    if name in TIMEOUTS:
        unasked = open_library(name, Route("http://127.0.0.1:1", None, None))
        assert row.timeout == TIMEOUTS[name](unasked)
        await unasked.close()


async def _attempts(
    name: str, trouble: str, serve: Callable[[Respond], Awaitable[str]], monkeypatch: pytest.MonkeyPatch
) -> str:
    """How many attempts one call makes, or `no end`."""
    seen, enough, loop = 0, asyncio.Event(), asyncio.get_running_loop()

    def another() -> None:
        nonlocal seen
        seen += 1
        if seen >= ENDLESS:
            enough.set()

    async def respond(request: web.BaseRequest) -> web.Response:
        another()
        if trouble == "silent":
            await asyncio.Event().wait()
        if trouble == "reset" and request.transport is not None:
            request.transport.close()
        return web.Response(status=503, text="{}")

    url = await serve(respond)
    with monkeypatch.context() as here:
        if trouble == "refused":
            url = "http://127.0.0.1:{}".format(_closed_port())
            _count_connects(here, lambda: loop.call_soon_threadsafe(another))
        library = open_library(name, Route(url, "127.0.0.7", TIMEOUT_S))
        ended = await _until_it_ends(library, enough)
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    return str(seen) if ended else NO_END


async def _until_it_ends(library: Library, enough: asyncio.Event) -> bool:
    """Whether a call ends before it has made `ENDLESS` attempts."""
    call = asyncio.ensure_future(library.get("http://auth/check?user=u1", {}))
    many = asyncio.ensure_future(enough.wait())
    await asyncio.wait([call, many], timeout=10, return_when=asyncio.FIRST_COMPLETED)
    ended = call.done()
    assert ended or enough.is_set(), "neither an end nor many attempts in 10 s"
    for task in (call, many):
        task.cancel()
    await asyncio.gather(call, many, return_exceptions=True)
    await library.close()
    for thread in [thread for thread in threading.enumerate() if thread.name.startswith("get http")]:
        await asyncio.to_thread(thread.join, 5)
        assert not thread.is_alive(), "the thread of an endless call outlives its library"
    return ended


def _count_connects(monkeypatch: pytest.MonkeyPatch, another: Callable[[], object]) -> None:
    connect = socket.socket.connect

    def counting(sock: socket.socket, address: Any) -> None:  # noqa: ANN401  whatever the family has
        another()
        connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", counting)


def _closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _within(asked_s: list[float], said: str) -> None:
    """Each wait lies within what the page says of it: `0.2; 0-1; ...`, the last going on as it is or doubling."""
    bounds = [[float(end) for end in one.split("-")] for one in re.findall(r"[0-9.]+(?:-[0-9.]+)?", said)]
    for wait_s, bound in zip(asked_s, bounds, strict=False):
        assert bound[0] - 1e-9 <= wait_s <= bound[-1] + 1e-9, (asked_s, said)
    assert len(asked_s) <= len(bounds) or "..." in said, (asked_s, said)


def _seconds(_: object, seconds: float | None) -> str:
    return "none" if seconds is None else f"{seconds:g} s"
