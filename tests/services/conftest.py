"""Real servers on loopback for the tests of the services."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from services.kit.env import BindAddresses
from services.kit.live_settings import DataSettings, Live
from services.kit.role import Role
from services.kit.server import PlayedRole, Service, ServiceProcess

Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
PATIENCE_S = 30.0
"""What takes a moment takes longer beside other work; that it never comes is found all the same."""


@pytest.fixture(autouse=True)
def no_thread_outlives_its_test() -> Iterator[None]:
    """A thread of a blocking library can't be cancelled; it ends once it has waited for its next attempt."""
    yield
    for thread in [thread for thread in threading.enumerate() if thread.name.startswith("get http")]:
        thread.join(35)
        assert not thread.is_alive(), f"{thread.name} goes on although its library was closed"


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Respond], Awaitable[str]]]:
    """Start an HTTP server that answers with a function; gives its URL."""
    runners: list[web.ServerRunner] = []

    async def start(respond: Respond) -> str:
        runner = web.ServerRunner(web.Server(respond, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        runners.append(runner)
        return "http://{}:{}".format(*runner.addresses[0][:2])

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def open_service(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Service]]]:
    """Start a role with its two ports on free ports; the token is `secret`."""
    processes: list[ServiceProcess] = []
    (tmp_path / "token").write_text("secret\n")

    async def start(kind: type[Role[Any]], settings: DataSettings, token: str = "token") -> Service:  # noqa: S107
        place = BindAddresses(kind.name, ("127.0.0.1", 0), ("127.0.0.1", 0), tmp_path / token)
        process = await ServiceProcess([PlayedRole(kind, place, Live(settings))]).__aenter__()
        processes.append(process)
        (service,) = process.services
        return service

    yield start
    for process in processes:
        await process.__aexit__()


@pytest.fixture
def data_url() -> Callable[[Service], str]:
    """The URL of a service's data port."""
    return lambda service: "http://{}:{}".format(*service.data.address)


@pytest.fixture
def control_url() -> Callable[[Service], str]:
    """The URL of a service's control port."""
    return lambda service: "http://{}:{}".format(*service.control.addresses[0][:2])


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A plain HTTP client."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_S)) as session:
        yield session


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Wait until a condition holds; fails with its last value after ``PATIENCE_S``."""

    async def wait(condition: Callable[[], object]) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not (value := condition()):
            assert time.monotonic() < deadline_s, f"never true; last value {value!r}"
            await asyncio.sleep(0.005)  # noqa: TID251  between two looks at a condition

    return wait


@pytest.fixture
def change(
    http: aiohttp.ClientSession, control_url: Callable[[Service], str]
) -> Callable[..., Awaitable[tuple[int, Any]]]:
    """PATCH settings with the token."""

    async def patch(service: Service, changes: Mapping[str, object]) -> tuple[int, Any]:
        async with http.patch(
            control_url(service) + "/settings", json=changes, headers={"X-Lab-Token": "secret"}
        ) as answer:
            return answer.status, await answer.json()

    return patch


@pytest.fixture
def unused_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
