"""What each library does by itself, measured, and held against the table in docs/reference/libraries.md.

A server answers 503, says nothing, or closes without an answer; nothing listens at all. Attempts are counted where they
arrive. Waits between attempts are noted instead of waited.
"""

from __future__ import annotations

import asyncio
import inspect
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
import requests
from aiohttp import web

from services.libraries import REGISTRY, Library, Route, open_library

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.services.conftest import Respond

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "libraries.md"
ENDLESS = 12
"""Attempts after which a library is taken for one that never ends; the most of any that does end is 5."""
TIMEOUT_S = {"silent": 0.25}
"""Of an attempt that is to end so; the others have an answer long before theirs, also beside other work."""
NO_END = "no end"
COLUMNS = 8
"""Of the table, after the name: the page has other tables."""


def _of_aiohttp(library: Any) -> tuple[str, str]:  # noqa: ANN401  an adapter's insides
    return f"{library.session.timeout.total:g} s in all", f"{library.session.connector.limit}, then waits"


def _of_httpx(library: Any) -> tuple[str, str]:  # noqa: ANN401
    timeout = library.client.timeout
    assert timeout.connect == timeout.read == timeout.write == timeout.pool
    return (
        f"{timeout.read:g} s for each step",
        f"{library.client._transport._pool._max_connections}, then waits",
    )


def _of_requests(library: Any) -> tuple[str, str]:  # noqa: ANN401
    session = getattr(library._library, "session", requests.Session())
    adapter: Any = session.get_adapter("http://auth")
    assert inspect.signature(requests.Session.request).parameters["timeout"].default is None
    assert not adapter._pool_block
    return "none", f"keeps {adapter._pool_maxsize}"


def _of_backoff(library: Any) -> tuple[str, str]:  # noqa: ANN401
    return _of_requests(library)[0], "keeps 0"


def _of_botocore(library: Any) -> tuple[str, str]:  # noqa: ANN401
    config = library._library.client.meta.config
    assert config.connect_timeout == config.read_timeout
    return f"{config.read_timeout:g} s for each step", f"keeps {config.max_pool_connections}"


def _of_urllib3(library: Any) -> tuple[str, str]:  # noqa: ANN401
    pool = library._library.http.connection_from_host("auth", 80)
    assert not pool.block
    return "none" if pool.timeout.read_timeout is None else "some", f"keeps {pool.pool.maxsize}"


INSIDE: dict[str, Callable[[Any], tuple[str, str]]] = {
    "aiohttp": _of_aiohttp,
    "aiohttp-retry": _of_aiohttp,
    "backoff": _of_backoff,
    "botocore-adaptive": _of_botocore,
    "botocore-legacy": _of_botocore,
    "botocore-standard": _of_botocore,
    "httpx": _of_httpx,
    "requests": _of_requests,
    "requests-retry": _of_requests,
    "stamina": _of_httpx,
    "tenacity": _of_httpx,
    "urllib3": _of_urllib3,
}
"""The default timeout and how many connections a library has at most, as it says itself."""


@dataclass
class Waits:
    """The waits that were asked for, in seconds; none of them takes place."""

    asked_s: list[float] = field(default_factory=list)

    def note(self, wait_s: float) -> None:
        """One more, instead of waiting."""
        self.asked_s.append(wait_s)

    def take(self) -> list[float]:
        """Those since the last question, but for none at all."""
        asked, self.asked_s = self.asked_s, []
        return [wait_s for wait_s in asked if wait_s > 0]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Notes every `time.sleep` of a thread and every `asyncio.sleep`."""
    noted, really = Waits(), asyncio.sleep  # noqa: TID251 - taken away, not used

    async def sleep(delay: float, result: object = None) -> object:
        noted.note(delay)
        return await really(0, result)

    monkeypatch.setattr(time, "sleep", noted.note)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    return noted


@dataclass(frozen=True)
class Row:
    """A row of the table: attempts by what happened to each, and the waits between them."""

    version: str
    timeout: str
    pool: str
    attempts: dict[str, str]
    waits: str


def documented() -> dict[str, Row]:
    """The table of the page."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|(.+)\|$", PAGE.read_text(), re.MULTILINE)
    cells = {name: [cell.strip() for cell in rest.split("|")] for name, rest in rows}
    return {
        name: Row(
            row[0],
            row[1],
            row[2],
            dict(zip(("503", "silent", "reset", "refused"), row[3:7], strict=True)),
            row[7],
        )
        for name, row in cells.items()
        if len(row) == COLUMNS
    }


def test_every_library_has_a_row_and_every_row_a_library() -> None:
    """The page knows what the registry knows."""
    assert set(documented()) == set(REGISTRY)


@pytest.mark.parametrize("name", sorted(REGISTRY))
@pytest.mark.slow
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
    unasked = open_library(name, Route("http://127.0.0.1:1", None, None))
    assert INSIDE[name](unasked) == (row.timeout, row.pool)
    await unasked.close()


@pytest.mark.slow
async def test_the_default_mode_of_botocore_is_the_one_that_the_page_names() -> None:
    """Where no one chooses one."""
    client = botocore.session.Session().create_client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id="unused",
        aws_secret_access_key="nothing",  # noqa: S106
    )
    mode = client.meta.config.retries["mode"]
    assert f"`botocore`'s default mode is `{mode}` in this version" in PAGE.read_text()


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
            url = f"http://127.0.0.1:{_closed_port()}"
            _count_connects(here, lambda: loop.call_soon_threadsafe(another))
        library = open_library(name, Route(url, "127.0.0.7", TIMEOUT_S.get(trouble, 5.0)))
        ended = await _until_it_ends(library, enough)
        await asyncio.get_running_loop().run_in_executor(
            None, str
        )  # what threads have counted arrives before this
    return str(seen) if ended else NO_END


async def _until_it_ends(library: Library, enough: asyncio.Event) -> bool:
    """Whether a call ends before it has made `ENDLESS` attempts."""
    call = asyncio.ensure_future(library.get("http://auth/check?user=u1", {}))
    many = asyncio.ensure_future(enough.wait())
    await asyncio.wait([call, many], timeout=60, return_when=asyncio.FIRST_COMPLETED)
    ended = call.done()
    assert ended or enough.is_set(), "neither an end nor many attempts in 60 s"
    for task in (call, many):
        task.cancel()
    await asyncio.gather(call, many, return_exceptions=True)
    await library.close()
    for thread in [thread for thread in threading.enumerate() if thread.name.startswith("get http")]:
        await asyncio.to_thread(thread.join, 5)  # what it still asks to wait belongs to this kind of trouble
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
    bounds = [[float(end) for end in one.split("-")] for one in re.findall(r"[\d.]*\d-?[\d.]*", said)]
    for wait_s, bound in zip(asked_s, bounds, strict=False):
        assert bound[0] - 1e-9 <= wait_s <= bound[-1] + 1e-9, (asked_s, said)
    assert len(asked_s) <= len(bounds) or "..." in said, (asked_s, said)
