"""Real client libraries in storefront: chosen by name, counted as calls, ended with the service."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from services.client import Client
from services.kit.live_settings import Live, SettingsError
from services.libraries import REGISTRY, LibraryError, Reply, check_installed, names, validate
from services.libraries import client_libraries as registry
from services.libraries.library_client import LibraryClient
from services.libraries.library_settings import LibrarySettings, SwitchableClientSettings
from services.libraries.switchable_client import SwitchableClient
from services.libraries.threads import Threaded
from services.storefront import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from tests.services.conftest import Respond

    Serve = Callable[[Respond], Awaitable[str]]
    Eventually = Callable[[Callable[[], object]], Awaitable[None]]

URL = "http://auth/check?user=u1"
ALL = sorted(REGISTRY)


@pytest.fixture
async def use() -> AsyncIterator[Callable[..., LibraryClient]]:
    """A client with this library and timeout, over this proxy."""
    clients: list[LibraryClient] = []

    def make(bridge: str, library: str, timeout_s: float | str = 0.2) -> LibraryClient:
        client = LibraryClient(bridge, "127.0.0.6", "storefront->auth")
        clients.append(client)
        client.apply(LibrarySettings(library=library, library_timeout_s=timeout_s))
        return client

    yield make
    for client in clients:
        await client.close()


def test_an_unknown_library_is_refused_with_the_nearest_name() -> None:
    """So is one that isn't installed, with what to install; in the settings before anything starts."""
    with pytest.raises(LibraryError, match="unknown library 'request'; did you mean 'requests'"):
        validate("request")
    with pytest.raises(SettingsError, match="did you mean 'tenacity'"):
        Live(Settings()).change({"library": "tenacty"})
    assert names()[0] == "lab"


def test_a_library_that_is_not_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what is missing and what to install; the lab's own client needs nothing."""
    monkeypatch.setattr(registry, "find_spec", lambda name: None if name == "httpx" else name)
    with pytest.raises(LibraryError, match=r"needs httpx, .* install the extra `libraries`"):
        check_installed("tenacity")
    check_installed("requests")
    check_installed("lab")


@pytest.mark.slow
def test_storefront_needs_no_library_for_the_labs_own_client() -> None:
    """Without the extra it is imported, and set to `lab`; a library is refused."""
    code = (
        "import sys\n"
        "for name in ('aiohttp_retry', 'backoff', 'botocore', 'httpx', 'requests', 'tenacity', 'urllib3'):\n"
        "    sys.modules[name] = None\n"
        "from services.kit.live_settings import from_environment\n"
        "from services.storefront import Settings\n"
        "print(from_environment(Settings, {}).library)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout.strip()) == (0, "lab"), done.stderr


@pytest.mark.parametrize("value", [0, -1, 4000, True, "1 s", None])
def test_a_timeout_is_a_number_or_default(value: object) -> None:
    """Seconds, or the word for the library's own."""
    with pytest.raises(SettingsError, match="the library's own"):
        Live(Settings()).change({"library_timeout_s": value})
    assert Live(Settings()).change({"library_timeout_s": "default"}).library_timeout_s == "default"


@pytest.mark.parametrize(
    "change",
    [
        {"policy": "budget"},
        {"timeout_s": 2},
        {"connections": "pooled", "pool_limit": 8},
        {"device": "bridge"},
        {"fail_share": 0.5, "policy": "none"},
    ],
)
def test_what_is_for_the_labs_own_client_is_refused_while_a_library_calls(change: dict[str, object]) -> None:
    """It would be read back and do nothing; nothing is changed, and the error says what would help."""
    live = Live(Settings(library="httpx"))
    with pytest.raises(SettingsError, match=r"own client, and here httpx makes the calls; .* library='lab'"):
        live.change(change)
    assert live.now == Settings(library="httpx")
    assert live.change({**change, "library": "lab"}).library == "lab"
    live.change(change)


@pytest.mark.parametrize("start", ["lab", "httpx"])
@pytest.mark.parametrize(
    "configuration",
    [
        {"library": "requests", "library_timeout_s": 1.0, "cancel_abandoned": True},
        {"library": "lab", "policy": "budget", "timeout_s": 2.0, "connections": "pooled"},
        {"cancel_abandoned": True},
    ],
)
def test_a_configuration_and_its_rollback_are_taken_whatever_calls(
    start: str, configuration: dict[str, object]
) -> None:
    """All keys at once, and at once back to the values before; twice, as a rollback that is repeated does."""
    live = Live(Settings(library=start, policy="breaker"))
    before = {key: getattr(live.now, key) for key in configuration}
    for _ in range(2):
        live.change(configuration)
    for _ in range(2):
        live.change(before)
    assert live.now == Settings(library=start, policy="breaker")


TROUBLE = {
    "ok": "ok",
    "503": "5xx",
    "404": "4xx",
    "silent": "timeout",
    "reset": "reset",
    "refused": "refused",
}
ENDLESS = {("tenacity", trouble) for trouble in TROUBLE if trouble != "ok"} | {
    ("backoff", trouble) for trouble in ("silent", "reset", "refused")
}
SLOW = {(one, trouble) for one in ("botocore-legacy", "stamina") for trouble in TROUBLE if trouble != "ok"}
"""Whose waits are seconds; the other modes of botocore, and httpx, raise the same errors."""


@pytest.mark.parametrize(
    ("library", "trouble"),
    [(one, trouble) for one in ALL for trouble in TROUBLE if (one, trouble) not in ENDLESS | SLOW],
)
@pytest.mark.slow
async def test_a_call_ends_as_what_happened_last(
    serve: Serve, use: Callable[..., LibraryClient], unused_port: int, library: str, trouble: str
) -> None:
    """Whatever a library wraps its errors in, the outcome is what happened on the wire; its id went along."""
    ids = set()

    async def respond(request: web.BaseRequest) -> web.Response:
        ids.add(request.headers.get("X-Request-ID"))
        if trouble == "silent":
            await asyncio.Event().wait()
        if trouble == "reset" and request.transport is not None:
            request.transport.abort()
        return web.json_response({"user": "u1"}, status=int(trouble) if trouble.isdigit() else 200)

    bridge = f"http://127.0.0.1:{unused_port}" if trouble == "refused" else await serve(respond)
    client = use(bridge, library, 0.1)
    answer = await client.call(URL, "r-1")
    counters = client.counters()
    assert answer.outcome.kind == TROUBLE[trouble]
    assert {kind: n for kind, n in counters["outcomes_total"].items() if n} == {TROUBLE[trouble]: 1}
    assert (counters["source"], counters["attempts_total"], counters["calls_in_flight"]) == (
        "bridge",
        None,
        0,
    )
    assert counters["connects_total"] >= 1
    assert trouble != "ok" or json.loads(answer.body) == {"user": "u1"}
    assert ids == (set() if trouble == "refused" else {"r-1"})


@pytest.mark.parametrize("library", ["tenacity", "backoff"])
@pytest.mark.slow
async def test_what_is_retried_for_ever_ends_with_the_service(
    serve: Serve, use: Callable[..., LibraryClient], eventually: Eventually, library: str
) -> None:
    """Closing the client ends the call, and no attempt comes after it; nothing else does."""
    seen = []

    async def respond(request: web.BaseRequest) -> web.Response:
        seen.append(request.remote)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    client = use(await serve(respond), library)
    call = asyncio.create_task(client.call(URL, "r-1"))
    await eventually(lambda: len(seen) >= 2)
    await client.close()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(call, 5)
    await eventually(lambda: not [t for t in threading.enumerate() if t.name.startswith("get http")])
    assert set(seen) == {"127.0.0.6"}
    assert client.counters()["outcomes_total"]["other"] == 1


@pytest.mark.slow
async def test_a_cancelled_call_is_counted_and_no_longer_retried(
    serve: Serve, use: Callable[..., LibraryClient], eventually: Eventually
) -> None:
    """Whoever asked has gone (`cancel_abandoned`): that is what bounds tenacity."""
    seen = []

    async def respond(_: web.BaseRequest) -> web.Response:
        seen.append(1)
        return web.Response(status=503)

    client = use(await serve(respond), "tenacity")
    call = asyncio.create_task(client.call(URL, "r-1"))
    await eventually(lambda: len(seen) > 5)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    counters = client.counters()
    assert (counters["calls_in_flight"], counters["outcomes_total"]["other"]) == (0, 1)
    assert client._lease is not None
    assert not client._lease.calls


@pytest.mark.slow
async def test_what_a_library_has_left_is_told_by_the_client_after_it(
    serve: Serve, use: Callable[..., LibraryClient], eventually: Eventually
) -> None:
    """A retry without an end goes on after the switch: who waits for rest before the next run must see it."""
    go = asyncio.Event()

    async def respond(_: web.BaseRequest) -> web.Response:
        return web.Response(status=200 if go.is_set() else 503)

    library = use(await serve(respond), "tenacity")
    both = SwitchableClient(Client(SwitchableClientSettings(), None), library)
    call = asyncio.create_task(library.call(URL, "r-1"))
    await eventually(lambda: library.counters()["calls_in_flight"] == 1)
    both.apply(SwitchableClientSettings())
    assert (both.counters()["source"], both.counters()["calls_in_flight"]) == ("client", 1)
    go.set()
    await call
    assert both.counters()["calls_in_flight"] == 0
    await both.close()


@pytest.mark.slow
async def test_a_change_of_library_loses_no_call(
    serve: Serve, use: Callable[..., LibraryClient], eventually: Eventually
) -> None:
    """Calls under way end with the library that they began with, which is closed then; the next ones use the other."""
    agents, go = [], asyncio.Event()

    async def respond(request: web.BaseRequest) -> web.Response:
        agents.append(request.headers["User-Agent"].partition("/")[0])
        await go.wait()
        return web.Response()

    client = use(await serve(respond), "httpx", 5)
    first = asyncio.create_task(client.call(URL, "r-1"))
    await eventually(lambda: agents)
    old = client._lease
    client.apply(LibrarySettings(library="requests", library_timeout_s=5))
    second = asyncio.create_task(client.call(URL, "r-2"))
    await eventually(lambda: len(agents) == 2)
    assert old is not None
    assert old in client._old
    go.set()
    assert [(await call).failure for call in (first, second)] == [None, None]
    assert agents == ["python-httpx", "python-requests"]
    await eventually(lambda: not client._old and not client._closing)
    assert client.counters()["policy"] == "requests, timeout 5 s"


class Stuck:
    """A blocking library that waits for a word."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        assert self.go.wait(5)
        return Reply(200, url.encode())

    def close(self) -> None:
        """Nothing."""


async def test_calls_without_a_thread_are_counted(eventually: Eventually) -> None:
    """With room for two, the third waits and is told; nothing else tells a bulkhead from survival."""
    stuck = Stuck()
    library = Threaded(stuck, most=2)
    calls = [asyncio.create_task(library.get(f"http://{n}", {})) for n in range(3)]
    await eventually(lambda: library.queued == 1)
    stuck.go.set()
    assert [(await call).body for call in calls] == [b"http://0", b"http://1", b"http://2"]
    assert library.queued == 0


async def test_a_call_that_no_one_waits_for_keeps_its_thread_and_its_room(eventually: Eventually) -> None:
    """A thread can't be stopped: its room is free when it has ended, not when its caller has gone."""
    stuck = Stuck()
    library = Threaded(stuck, most=1)
    gone = asyncio.create_task(library.get("http://0", {}))
    await eventually(lambda: [t for t in threading.enumerate() if t.name == "get http://0"])
    gone.cancel()
    next_one = asyncio.create_task(library.get("http://1", {}))
    await eventually(lambda: library.queued == 1)
    stuck.go.set()
    assert (await next_one).status == 200


@pytest.mark.slow
async def test_a_hundred_requests_get_a_hundred_threads(
    serve: Serve, use: Callable[..., LibraryClient], eventually: Eventually
) -> None:
    """All of them are at the server at once: no pool of threads or connections holds them back."""
    there, go = [], asyncio.Event()

    async def respond(_: web.BaseRequest) -> web.Response:
        there.append(1)
        await go.wait()
        return web.Response()

    client = use(await serve(respond), "requests", "default")
    before = client.counters()["connects_total"]
    calls = [asyncio.create_task(client.call(URL, f"r-{n}")) for n in range(100)]
    await eventually(lambda: len(there) == 100)
    counters = client.counters()
    assert (counters["calls_queued"], counters["calls_in_flight"]) == (0, 100)
    assert counters["connects_total"] - before == 100
    go.set()
    assert {(await call).failure for call in calls} == {None}
