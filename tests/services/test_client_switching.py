"""Everything about the client can be switched while it works: no request is lost, nothing is left behind."""

import asyncio
import gc
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from yarl import URL

from services.client import Client, ClientSettings
from services.policies import Call, NoopPolicy, OutcomeKind

Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve = Callable[[Respond], Awaitable[str]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]
ASKED = URL("http://auth/check")
LOCK = re.compile(
    r"asyncio\.(Lock|Condition|(Bounded)?Semaphore)|from asyncio import|(import|from) (threading|multiprocessing)"
)
ASYNC_LOCK = re.compile(r"asyncio\.Lock|from asyncio import")
"""The one for `services/libraries`: they work in threads, and so many at a time."""


class Hedging(NoopPolicy):
    """Attempts side by side, 1 ms apart, for ever."""

    def hedge_s(self, call: Call, now_s: float) -> float | None:
        return 0.001


@pytest.mark.slow
async def test_switching_under_load_loses_no_request_and_leaks_no_task(serve: Serve) -> None:
    """400 calls while policy, timeout, connections, limit and device change all the time: 400 good answers.

    Each request that was counted arrived at one of the two devices, and nothing is pending afterwards.
    """
    arrived: Counter[str] = Counter()

    def device(name: str) -> Respond:
        async def respond(_request: web.BaseRequest) -> web.Response:
            arrived[name] += 1
            return web.Response(status=503 if arrived.total() % 7 == 0 else 200)

        return respond

    urls = {name: await serve(device(name)) for name in ("bridge", "reserve")}
    client = Client(ClientSettings(policy="immediate"), urls["bridge"], reserve=urls["reserve"])
    before = len(asyncio.all_tasks())
    calls = []
    for n in range(400):
        calls.append(asyncio.create_task(client.call("GET", ASKED)))
        client.apply(
            ClientSettings(
                policy=("immediate(retries=50)", "breaker(failures=100%) + immediate(retries=50)")[n % 2],
                timeout_s=5 + n / 100,
                connections=("new", "pooled")[n // 2 % 2],
                pool_limit=(0, 5)[n // 4 % 2],
                device=("bridge", "bridge-reserve")[n // 8 % 2],
            )
        )
        if n % 3 == 0:
            client._policy = Hedging()
        await asyncio.sleep(0)  # noqa: TID251  lets the calls go on
    answers = await asyncio.gather(*calls)
    assert [answer.failure for answer in answers] == [None] * 400
    await client.close()
    del calls
    await asyncio.sleep(0)  # noqa: TID251  lets the servers' tasks end
    told = client.counters()
    ended = sum(told["outcomes_total"][kind] for kind in OutcomeKind)
    assert (told["calls_total"], told["attempts_in_flight"], told["attempts_total"]) == (400, 0, ended)
    assert told["outcomes_total"]["ok"] + told["outcomes_total"]["5xx"] <= arrived.total() <= ended
    assert set(arrived) == {"bridge", "reserve"}
    ours = [task for task in asyncio.all_tasks() if "RequestHandler" not in repr(task)]
    assert len(ours) <= before


async def test_an_old_session_is_closed_when_its_last_call_has_ended(
    serve: Serve, eventually: Eventually
) -> None:
    """Not before: the call in flight gets its answer. Not never: its kept-alive connection goes away."""
    connected: set[object] = set()
    let_go = asyncio.Event()

    async def respond(request: web.BaseRequest) -> web.Response:
        connected.add(request.transport)
        await let_go.wait()
        return web.Response()

    client = Client(ClientSettings(policy="none", connections="pooled", timeout_s=5), await serve(respond))
    call = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: connected)
    old = client._sessions._current
    assert old is not None
    client.apply(ClientSettings(policy="none", connections="new", timeout_s=5))
    assert not old.session.closed
    let_go.set()
    assert (await call).failure is None
    await eventually(lambda: old.session.closed)
    transport = connected.pop()
    assert isinstance(transport, asyncio.Transport)
    await eventually(transport.is_closing)
    await client.close()


async def test_closing_closes_a_replaced_session_that_is_in_use(serve: Serve, eventually: Eventually) -> None:
    """It would live on with its attempt; the attempt ends instead."""
    arrived: list[None] = []

    async def never(_request: web.BaseRequest) -> web.Response:
        arrived.append(None)
        await asyncio.Event().wait()
        raise AssertionError

    client = Client(ClientSettings(connections="pooled", timeout_s=30), await serve(never))
    call = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: arrived)
    old = client._sessions._current
    assert old is not None
    client.apply(ClientSettings(connections="new", timeout_s=30))
    await client.close()
    assert old.session.closed
    assert (await call).failure == "reset"
    assert client._sessions._closing == set()


async def test_an_idle_session_is_closed_at_once(serve: Serve, eventually: Eventually) -> None:
    """Switching from pooled to new closes the idle pool."""
    connected: list[asyncio.Transport] = []

    async def respond(request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        connected.append(request.transport)
        return web.Response()

    client = Client(ClientSettings(policy="none", connections="pooled"), await serve(respond))
    await client.call("GET", ASKED)
    assert not connected[0].is_closing()
    client.apply(ClientSettings(policy="none", connections="new"))
    await eventually(connected[0].is_closing)
    await client.close()


async def test_a_call_in_progress_goes_on_under_the_new_policy(serve: Serve, eventually: Eventually) -> None:
    """A hundred retries, switched to none in the second attempt: it is the last one."""
    held: list[asyncio.Event] = []

    async def respond(_request: web.BaseRequest) -> web.Response:
        held.append(asyncio.Event())
        await held[-1].wait()
        return web.Response(status=503)

    client = Client(ClientSettings(policy="immediate(retries=100)", timeout_s=5), await serve(respond))
    call = asyncio.create_task(client.call("GET", ASKED))
    await eventually(lambda: held)
    held[0].set()
    await eventually(lambda: len(held) == 2)
    client.apply(ClientSettings(policy="none", timeout_s=5))
    held[1].set()
    assert (await call).failure == "5xx"
    assert len(held) == client.counters()["attempts_total"] == 2
    await client.close()


async def test_a_policy_keeps_its_state_when_only_other_settings_change(unused_port: int) -> None:
    """An open breaker isn't closed by a new timeout, but by a new policy."""
    client = Client(ClientSettings(policy="breaker(minimum=1)"), f"http://127.0.0.1:{unused_port}")
    await client.call("GET", ASKED)
    assert client.counters()["breaker"] == "open"
    client.apply(ClientSettings(policy="breaker(minimum=1)", timeout_s=2.0))
    assert client.counters()["breaker"] == "open"
    client.apply(ClientSettings(policy="breaker(minimum=2)", timeout_s=2.0))
    assert client.counters()["breaker"] == "closed"
    await client.close()


def test_no_service_holds_a_lock_across_an_await() -> None:
    """As docs/reference/serving.md promises: what is shared changes in single steps, and no one can wait for a lock."""
    services = Path(__file__).parents[2] / "services"
    files = sorted(services.rglob("*.py"))
    assert {"policies", "client", "admission", "kit", "libraries"} <= {file.parent.name for file in files}
    for file in files:
        # the first process of several starts the others, and has no request of its own
        locks = ASYNC_LOCK if file.parent.name == "libraries" or file.name == "workers.py" else LOCK
        assert not locks.search(file.read_text()), file.relative_to(services)


def test_what_counts_as_a_lock() -> None:
    """Each of asyncio's and of threading's, however it is imported; an event or a task is none."""
    locks = ("Lock", "Condition", "Semaphore", "BoundedSemaphore")
    for code in [f"asyncio.{lock}()" for lock in locks] + [f"from asyncio import {lock}" for lock in locks]:
        assert LOCK.search(code), code
    for code in ("import threading", "    from threading import RLock", "from multiprocessing import Lock"):
        assert LOCK.search(code), code
    for code in ("asyncio.Event()", "asyncio.create_task(work)", "import asyncio"):
        assert not LOCK.search(code), code


@pytest.mark.filterwarnings("error")
@pytest.mark.slow
async def test_closing_leaves_no_unclosed_session(serve: Serve) -> None:
    """Aiohttp warns about sessions and connectors that no one closed: there are none."""

    async def respond(_request: web.BaseRequest) -> web.Response:
        return web.Response()

    client = Client(ClientSettings(policy="none", connections="pooled"), await serve(respond))
    await client.call("GET", ASKED)
    client.apply(ClientSettings(policy="none", connections="new"))
    await client.close()
    del client
    gc.collect()
