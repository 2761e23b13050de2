"""fleet and updates: subscriptions that are held, cut and renewed, on real sockets."""

import asyncio
import resource
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from services.fleet import Fleet, Settings
from services.kit.server import Service
from services.updates import Settings as UpdatesSettings
from services.updates import Updates

Serve = Callable[..., Awaitable[str]]
Open = Callable[..., Awaitable[Service]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]


class Held:
    """A server that holds every subscriber until it cuts them all in the same moment."""

    def __init__(self) -> None:
        self.now: dict[str, asyncio.Transport] = {}
        self.seen = 0

    async def respond(self, request: web.BaseRequest) -> web.Response:
        self.seen += 1
        assert request.transport is not None
        self.now[request.query["client"]] = request.transport
        await asyncio.Event().wait()
        raise AssertionError

    def cut(self) -> None:
        for transport in self.now.values():
            transport.abort()
        self.now.clear()


def counted(service: Service) -> dict[str, Any]:
    """What its client counts."""
    assert service.role.calls is not None
    return service.role.calls.counters()


@pytest.fixture
async def fleet(
    serve: Serve, open_service: Open, monkeypatch: pytest.MonkeyPatch
) -> tuple[Held, Callable[[Settings], Awaitable[Service]]]:
    """A held server, and a way to start a fleet that subscribes to it; no one is spread over seconds."""
    held = Held()
    monkeypatch.setenv("BRIDGE", await serve(held.respond))
    monkeypatch.setenv("UPSTREAM", "http://updates")

    async def start(settings: Settings) -> Service:
        return await open_service(Fleet, replace(settings, spread_s=0.0))

    return held, start


@pytest.mark.slow
async def test_each_client_holds_one_subscription_and_renews_it_by_its_policy(
    fleet: tuple[Held, Callable[[Settings], Awaitable[Service]]], eventually: Eventually
) -> None:
    """All are cut at once: each comes back as itself; nothing was asked twice."""
    held, start = fleet
    service = await start(
        Settings(clients=20, policy="immediate(retries=3)", timeout_s=30, connections="pooled")
    )
    await eventually(lambda: len(held.now) == 20)
    names, before = set(held.now), held.seen
    held.cut()
    await eventually(lambda: set(held.now) == names)
    assert (before, held.seen) == (20, 40)
    told = counted(service)
    assert (told["calls_total"], told["attempts_total"], told["outcomes_total"]["reset"]) == (20, 40, 20)


@pytest.mark.slow
async def test_their_number_is_a_live_setting(
    fleet: tuple[Held, Callable[[Settings], Awaitable[Service]]],
    eventually: Eventually,
    change: Callable[..., Awaitable[tuple[int, object]]],
    http: aiohttp.ClientSession,
    data_url: Callable[[Service], str],
) -> None:
    """More begin, fewer end; the data port tells how many there are; too many are refused."""
    held, start = fleet
    service = await start(Settings(clients=3))
    await eventually(lambda: len(held.now) == 3)
    assert (await change(service, {"clients": 5}))[0] == 200
    await eventually(lambda: len(held.now) == 5)
    assert (await change(service, {"clients": 1}))[0] == 200
    await eventually(lambda: counted(service)["attempts_in_flight"] == 1)
    async with http.get(data_url(service)) as answer:
        assert await answer.json() == {"clients": 1}
    assert (await change(service, {"clients": 5_001}))[0] == 400


async def test_new_clients_begin_over_the_spread(
    fleet: tuple[Held, Callable[[Settings], Awaitable[Service]]],
    eventually: Eventually,
    change: Callable[..., Awaitable[tuple[int, object]]],
) -> None:
    """Two that begin over ten minutes: the first at once, the other in five."""
    held, start = fleet
    service = await start(Settings(clients=0))
    assert (await change(service, {"clients": 2, "spread_s": 600}))[0] == 200
    await eventually(lambda: len(held.now) == 1)
    assert counted(service)["attempts_total"] == 1


@pytest.mark.parametrize(("hard", "status"), [(15_199, 400), (15_200, 200), (resource.RLIM_INFINITY, 200)])
@pytest.mark.slow
async def test_more_clients_than_open_files_are_refused_by_name(
    hard: int,
    status: int,
    fleet: tuple[Held, Callable[[Settings], Awaitable[Service]]],
    change: Callable[..., Awaitable[tuple[int, object]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three for each and 200 beside, of the hard limit; what is possible is said."""
    service = await fleet[1](Settings(clients=0))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, hard))
    answered, said = await change(service, {"clients": 5_000, "spread_s": 600})
    assert answered == status
    if status == 400:
        assert "15199 here (RLIMIT_NOFILE). Raise the hard limit" in str(said)
        assert "at most 4999" in str(said)


@pytest.mark.slow
async def test_a_client_that_fails_for_good_pauses_before_it_calls_again(
    serve: Serve, open_service: Open, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a policy a refusal would be a loop as fast as the machine."""

    async def refuse(_request: web.BaseRequest) -> web.Response:
        return web.Response(status=503)

    monkeypatch.setenv("BRIDGE", await serve(refuse))
    monkeypatch.setenv("UPSTREAM", "http://updates")
    monkeypatch.setattr("services.client.subscribers.PAUSE_S", 0.05)
    service = await open_service(Fleet, Settings(clients=1, spread_s=0.0, policy="none"))
    await eventually(lambda: counted(service)["calls_total"] >= 3)
    assert counted(service)["calls_total"] < 50


@pytest.mark.slow
async def test_updates_holds_a_subscriber(
    open_service: Open, http: aiohttp.ClientSession, data_url: Callable[[Service], str]
) -> None:
    """As long as its setting says; the answer tells whose it is."""
    service = await open_service(Updates, UpdatesSettings(hold_s=0.2))
    begun_s = asyncio.get_running_loop().time()
    async with http.get(f"{data_url(service)}/updates?client=7") as answer:
        assert await answer.json() == {"client": "7", "news": []}
    assert asyncio.get_running_loop().time() - begun_s >= 0.2
