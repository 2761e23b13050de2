"""Each library over a real Toxiproxy: storefront -> bridge -> router -> auth, chosen live at the control port."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from lab.runtime.binaries import find_toxiproxy
from services.auth import Auth
from services.auth import Settings as AuthSettings
from services.client import UpstreamSettings
from services.libraries import REGISTRY
from services.router import Router
from services.storefront import Settings, Storefront

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from services.kit.server import Service

    Open = Callable[..., Awaitable[Service]]
    Url = Callable[[Service], str]
    Change = Callable[..., Awaitable[tuple[int, Any]]]
    Eventually = Callable[[Callable[[], object]], Awaitable[None]]

pytestmark = pytest.mark.live

LIBRARIES = sorted(REGISTRY)


@pytest.fixture
def host(request: pytest.FixtureRequest) -> str:
    """The bridge's address, another for each library: a thread of the one before may still retry towards its own."""
    params = getattr(request.node, "callspec", None)
    number = 1 + LIBRARIES.index(params.params["library"]) if params else 250
    return f"127.{210 + os.getpid() % 40}.{os.getpid() // 40 % 250}.{number}"


@pytest.fixture
async def router(
    open_service: Open, data_url: Url, control_url: Url, monkeypatch: pytest.MonkeyPatch
) -> Service:
    """Router, with auth behind it."""
    auth = await open_service(Auth, AuthSettings(service_time_ms=1.0))
    monkeypatch.setenv("ROUTES", f"auth={data_url(auth)[7:]} auth/metrics={control_url(auth)[7:]}")
    return await open_service(Router, UpstreamSettings())


@pytest.fixture
async def bridge(
    host: str, router: Service, data_url: Url, http: aiohttp.ClientSession, tmp_path: Path
) -> AsyncIterator[str]:
    """A real Toxiproxy in front of router; its API's address of the proxy."""
    api = f"http://{host}:8474/proxies/bridge"
    config = tmp_path / "bridge.json"
    config.write_text(
        json.dumps(
            [{"name": "bridge", "listen": f"{host}:3128", "upstream": data_url(router)[7:], "enabled": True}]
        )
    )
    command = [str(find_toxiproxy()), "-host", host, "-port", "8474", "-config", str(config)]
    process = subprocess.Popen(command, env={"LOG_LEVEL": "fatal"})  # noqa: ASYNC220 - it doesn't wait
    try:
        async with asyncio.timeout(10):
            while not await _answers(http, api):
                assert process.poll() is None
        yield api
    finally:
        process.terminate()
        process.wait(5)


async def _answers(http: aiohttp.ClientSession, api: str) -> bool:
    try:
        async with http.get(api) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@dataclass
class World:
    """Storefront in front of the bridge, and how to talk to it."""

    http: aiohttp.ClientSession
    router: Service
    storefront: Service
    data: str
    control: str
    api: str
    change: Change

    async def page(self) -> tuple[int, str]:
        """A customer's page: status, and what became of the call."""
        async with self.http.get(f"{self.data}/?user=u7") as answer:
            body = await answer.json()
            return answer.status, body.get("page") or body["outcome"]

    async def counters(self) -> dict[str, Any]:
        """What storefront counts."""
        async with self.http.get(f"{self.control}/counters") as answer:
            counted: dict[str, Any] = await answer.json()
            return counted

    async def use(self, library: str) -> tuple[int, Any]:
        """Choose a library, live."""
        return await self.change(self.storefront, {"library": library, "library_timeout_s": 1.0})


@pytest.fixture
def world(
    bridge: str, router: Service, storefront: Service, http: aiohttp.ClientSession, change: Change
) -> World:
    """All of it."""
    data = "http://{}:{}".format(*storefront.data.address)
    control = "http://{}:{}".format(*storefront.control.addresses[0][:2])
    return World(http, router, storefront, data, control, bridge, change)


@pytest.fixture
async def storefront(open_service: Open, host: str, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Storefront, with the lab's own client to begin with."""
    monkeypatch.setenv("BRIDGE", f"http://{host}:3128")
    monkeypatch.setenv("UPSTREAM", "http://auth")
    return await open_service(Storefront, Settings(cancel_abandoned=True))


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_library_crosses_the_bridge(world: World, eventually: Eventually, library: str) -> None:
    """Served through the bridge and only through it; calls are counted here, attempts are not; the switch is live."""
    assert await world.page() == (200, "welcome")
    assert (await world.use(library))[0] == 200
    before = (await world.counters())["client"]["connects_total"]
    assert await world.page() == (200, "welcome")
    counted = await world.counters()
    client = counted["client"]
    assert (client["source"], client["calls_total"], client["attempts_total"]) == ("bridge", 1, None)
    assert (client["outcomes_total"]["ok"], client["connects_total"] - before) == (1, 1)
    assert {cohort["attempts"] for cohort in counted["cohorts"]} <= {None, 1}
    assert world.router.role.counters.requests == 2
    await _metrics_have_calls_and_no_attempts(world)
    await _no_one_is_served_without_the_bridge(world)
    assert world.router.role.counters.requests == 2
    await eventually(lambda: not world.storefront.role.calls.counters()["calls_in_flight"])  # type: ignore[union-attr]
    assert (await world.use("lab"))[0] == 200
    assert (await world.counters())["client"]["source"] == "client"


async def _metrics_have_calls_and_no_attempts(world: World) -> None:
    """What is unknown is no series, and no 0."""
    async with world.http.get(f"{world.control}/metrics") as answer:
        text = await answer.text()
    assert "lab_client_calls_total{" in text
    assert "lab_client_attempts_total{" not in text
    assert "lab_client_attempts_in_flight{" not in text


async def _no_one_is_served_without_the_bridge(world: World) -> None:
    """The listener is gone: 503, or a library that retries for longer than the customer waits."""
    async with world.http.post(world.api, json={"enabled": False}) as answer:
        assert answer.status == 200
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            assert await world.page() == (503, "refused")


async def test_a_wrong_library_changes_nothing(storefront: Service, change: Change) -> None:
    """400 with the nearest name and the valid ones; the service goes on as before."""
    status, told = await change(storefront, {"library": "urlib3"})
    assert (status, "did you mean 'urllib3'" in told["error"]) == (400, True)
    assert storefront.role.live.now.library == "lab"
