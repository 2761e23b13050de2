"""The pool's limit and the device, live: what waits for a connection is no attempt, and nothing is lost."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from yarl import URL

from services.client import Client, ClientSettings
from services.kit.live_settings import Live, SettingsError
from services.policies import Call, NoopPolicy, Outcome, Rejection
from services.storefront import Settings

Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve = Callable[[Respond], Awaitable[str]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]
ASKED = URL("http://auth/check")


class Silent:
    """A server that takes requests and never answers."""

    def __init__(self) -> None:
        self.arrived = 0

    async def respond(self, _request: web.BaseRequest) -> web.Response:
        self.arrived += 1
        await asyncio.Event().wait()
        raise AssertionError


@pytest.mark.parametrize("connections", ["new", "pooled"])
async def test_never_more_connections_than_the_limit(serve: Serve, connections: str) -> None:
    """Twenty calls at once over three connections: all are answered, three at a time."""
    inside = most = 0

    async def respond(_request: web.BaseRequest) -> web.Response:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.get_running_loop().run_in_executor(None, time.monotonic)
        inside -= 1
        return web.Response()

    settings = ClientSettings(connections=connections, pool_limit=3, timeout_s=5)
    client = Client(settings, await serve(respond))
    answers = await asyncio.gather(*(client.call("GET", ASKED) for _ in range(20)))
    assert [answer.failure for answer in answers] == [None] * 20
    assert most == 3
    await client.close()


@pytest.mark.slow
async def test_waiting_for_a_connection_ends_at_the_attempts_timeout(
    serve: Serve, eventually: Eventually
) -> None:
    """The second finds none free: no attempt, no retry, counted as `pool`; a breaker learns nothing of it."""
    silent = Silent()
    policy = "immediate + breaker(minimum=2, probes=1)"
    settings = ClientSettings(policy=policy, pool_limit=1, timeout_s=30, connections="pooled")
    client = Client(settings, await serve(silent.respond))
    first = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: silent.arrived)
    client.apply(ClientSettings(policy=policy, pool_limit=1, timeout_s=0.05, connections="pooled"))
    answer = await client.call("GET", ASKED)
    assert (answer.failure, answer.attempted) == ("pool", False)
    told = client.counters()
    assert (told["attempts_total"], told["attempts_in_flight"], told["outcomes_total"]["pool"]) == (1, 1, 1)
    assert (told["calls_total"], told["first_attempts_total"]) == (2, 1)
    assert client.errors == {}
    assert client.cohorts(0, time.monotonic())[-1]["failed"] == {"pool": 1}
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await client.close()


class Account(NoopPolicy):
    """No retries; keeps account of what it gave and got back."""

    def __init__(self) -> None:
        self.acquired = self.released = self.observed = 0

    def delay_s(self, call: Call, now_s: float) -> float | None:
        return None

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        self.acquired += 1
        return None

    def release(self, call: Call) -> None:
        self.released += 1

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:
        self.observed += 1


@pytest.mark.slow
async def test_a_limit_that_is_lifted_keeps_its_waiters(serve: Serve, eventually: Eventually) -> None:
    """Who waits in the old pool ends as `pool`, with its token back, though the present one makes no one wait."""
    silent = Silent()
    client = Client(ClientSettings(pool_limit=1, timeout_s=30), await serve(silent.respond))
    policy = client._policy = Account()
    holder = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: silent.arrived)
    client.apply(ClientSettings(pool_limit=1, timeout_s=0.2))
    waiter = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: policy.acquired == 2)
    client.apply(ClientSettings(pool_limit=0, timeout_s=30))
    answer = await waiter
    assert (answer.failure, answer.attempted) == ("pool", False)
    assert (policy.released, policy.observed, client.errors) == (1, 0, {})
    holder.cancel()
    await asyncio.gather(holder, return_exceptions=True)
    await client.close()


async def test_the_device_is_switched_live(serve: Serve, eventually: Eventually) -> None:
    """New attempts go over the reserve; the one under way ends on the old device, whose connections then close."""
    seen: dict[str, list[asyncio.Transport | None]] = {"bridge": [], "reserve": []}
    let_go = asyncio.Event()

    def device(name: str) -> Respond:
        async def respond(request: web.BaseRequest) -> web.Response:
            assert isinstance(request.transport, asyncio.Transport)
            seen[name].append(request.transport)
            if len(seen["bridge"]) == 1 and name == "bridge":
                await let_go.wait()
            return web.Response(text=name)

        return respond

    bridge, reserve = await serve(device("bridge")), await serve(device("reserve"))
    pooled = {"connections": "pooled", "timeout_s": 5}
    client = Client(ClientSettings(**pooled), bridge, reserve=reserve)  # type: ignore[arg-type]
    slow = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: seen["bridge"])
    client.apply(ClientSettings(device="bridge-reserve", **pooled))  # type: ignore[arg-type]
    assert (await client.call("GET", ASKED)).body == b"reserve"
    let_go.set()
    assert (await slow).body == b"bridge"
    old = seen["bridge"][0]
    assert old is not None
    await eventually(old.is_closing)
    client.apply(ClientSettings(**pooled))  # type: ignore[arg-type]
    assert (await client.call("GET", ASKED)).body == b"bridge"
    await client.close()


async def test_a_device_that_is_not_there_changes_nothing(serve: Serve) -> None:
    """The client says so and goes on as it was."""

    async def respond(_request: web.BaseRequest) -> web.Response:
        return web.Response()

    client = Client(ClientSettings(), await serve(respond))
    with pytest.raises(ValueError, match="no device 'bridge-reserve'"):
        client.apply(ClientSettings(device="bridge-reserve", policy="immediate"))
    assert client.counters()["policy"] == "none"
    assert (await client.call("GET", ASKED)).failure is None
    await client.close()


def test_the_reserve_is_refused_where_the_environment_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason; and a misspelt one with what is valid."""
    live = Live(Settings())
    monkeypatch.delenv("BRIDGE_RESERVE", raising=False)
    with pytest.raises(SettingsError, match="BRIDGE_RESERVE is not set"):
        live.change({"device": "bridge-reserve"})
    with pytest.raises(SettingsError, match="bridge or bridge-reserve"):
        live.change({"device": "reserve"})
    monkeypatch.setenv("BRIDGE_RESERVE", "http://bridge-reserve:3128")
    assert live.change({"device": "bridge-reserve"}).device == "bridge-reserve"
