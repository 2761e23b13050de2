"""Admission through auth, on real sockets: what is refused, dropped, expired and wasted, and how it is counted."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import aiohttp
import pytest

from services.auth import Auth
from services.auth import Settings as AuthSettings
from services.kit import deadline
from services.kit.priority import HEADER as PRIORITY
from services.kit.server import Service
from services.router import Router
from services.router import Settings as RouterSettings

Open = Callable[..., Awaitable[Service]]
Url = Callable[[Service], str]
Change = Callable[..., Awaitable[tuple[int, Any]]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]
Ask = Callable[..., Coroutine[Any, Any, tuple[int, Any]]]


@pytest.fixture
def ask(http: aiohttp.ClientSession, data_url: Url) -> Ask:
    """GET: status and JSON."""

    async def get(service: Service, **headers: str) -> tuple[int, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with http.get(data_url(service), headers=named) as answer:
            return answer.status, await answer.json()

    return get


def queued(service: Service) -> int:
    """How many wait."""
    return service.role.admission.depth if service.role.admission else 0


@pytest.mark.slow
async def test_the_newest_is_served_first_and_the_oldest_dropped(
    open_service: Open, ask: Ask, eventually: Eventually
) -> None:
    """One worker, `codel + lifo`: of a standing queue the oldest get 503 and why, the newest an answer."""
    settings = AuthSettings(service_time_ms=1200, workers=1, admission="codel(interval=150 ms) + lifo")
    auth = await open_service(Auth, settings)
    order: list[int] = []

    async def one(number: int) -> tuple[int, Any]:
        told = await ask(auth)
        order.append(number)
        return told

    asked = []
    for number in range(4):
        asked.append(asyncio.create_task(one(number)))
        await eventually(lambda number=number: auth.role.counters.in_flight == number + 1)  # type: ignore[misc]
    answers = await asyncio.gather(*asked)
    assert [status for status, _ in answers] == [200, 503, 503, 503]
    assert answers[1][1] == {"error": "refused: codel", "reason": "codel"}
    assert order[-1] == 0  # those dropped knew before a worker came free
    assert (auth.role.counters.shed, auth.role.counters.failed) == ({"codel": 3}, {"503": 3})


@pytest.mark.slow
async def test_switched_live_no_one_who_waits_is_lost(
    open_service: Open, ask: Ask, change: Change, eventually: Eventually
) -> None:
    """Sixty requests while admission, workers and the queue's cap change all the time: each gets one answer."""
    auth = await open_service(Auth, AuthSettings(service_time_ms=2, workers=2, queue_limit=20))
    asked = [asyncio.create_task(ask(auth, X_Priority=str(number))) for number in range(60)]
    for text in ("lifo", "codel + adaptive-lifo", "gradient2(start=2, least=1)", "priority-shed", "fifo"):
        code, told = await change(auth, {"admission": text, "workers": 1 + len(text) % 3, "queue_limit": 9})
        assert (code, told["admission"]) == (200, text)
    statuses = Counter(status for status, _ in await asyncio.gather(*asked))
    counters = auth.role.counters
    assert statuses.total() == counters.requests == 60
    assert statuses[503] == sum(counters.shed.values())
    assert statuses[200] == counters.served
    assert (counters.in_flight, queued(auth)) == (0, 0)
    code, error = await change(auth, {"admission": "coddel"})
    assert code == 400
    assert "did you mean 'codel'" in error["error"]


@pytest.mark.slow
async def test_expired_work_is_refused_and_dropped(
    open_service: Open, ask: Ask, eventually: Eventually
) -> None:
    """504 on arrival and out of the queue; time on the way counts. Without the setting both are worked on."""
    auth = await open_service(Auth, AuthSettings(service_time_ms=1000, workers=1, drop_expired=True))
    late = deadline.to_headers(0.1, time.time() - 0.2)
    assert await ask(auth, **late) == (504, {"error": "refused: expired", "reason": "expired"})
    busy = asyncio.create_task(ask(auth))
    await eventually(lambda: auth.role.counters.in_flight == 1)
    assert (await ask(auth, **deadline.to_headers(0.05, time.time())))[0] == 504
    assert not busy.done()  # dropped at its deadline, not at its turn
    assert (await busy)[0] == 200
    assert auth.role.counters.shed == {"expired": 2}

    patient = await open_service(Auth, AuthSettings(service_time_ms=1))
    assert (await ask(patient, **late))[0] == 200


@pytest.mark.slow
async def test_the_lowest_priorities_are_shed_under_pressure(open_service: Open, ask: Ask) -> None:
    """An overloaded auth with `priority-shed` serves the high and refuses the low."""
    settings = AuthSettings(
        service_time_ms=10, workers=1, admission="priority-shed(window=20 ms, decrease=30%)"
    )
    auth = await open_service(Auth, settings)
    statuses: dict[int, int] = {}

    async def one(rank: int) -> None:
        statuses[rank] = (await ask(auth, **{PRIORITY: str(rank)}))[0]

    # In waves, so that the level can follow what the first ones waited.
    for wave in range(10):
        await asyncio.gather(*(one(rank) for rank in range(wave, 100, 10)))
    refused = [rank for rank, status in statuses.items() if status == 503]
    served = [rank for rank, status in statuses.items() if status == 200]
    assert len(statuses) == 100
    assert len(refused) >= 10
    assert sum(refused) / len(refused) < sum(served) / len(served) - 15
    assert auth.role.counters.shed == {"priority-shed": len(refused)}


@pytest.mark.parametrize("cancelled", [False, True])
@pytest.mark.slow
async def test_wasted_is_what_was_done_for_a_client_that_was_gone(
    open_service: Open,
    data_url: Url,
    eventually: Eventually,
    cancelled: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    """One answer too late is abandoned and wasted; cancelled in time it is abandoned and nothing was wasted."""
    auth = await open_service(Auth, AuthSettings(service_time_ms=400, cancel_abandoned=cancelled))
    _, writer = await asyncio.open_connection(*auth.data.address)
    writer.write(b"GET / HTTP/1.1\r\nHost: auth\r\n\r\n")
    await eventually(lambda: auth.role.counters.in_flight == 1)
    writer.transport.abort()
    await eventually(lambda: auth.role.counters.abandoned == 1)
    counters = auth.role.counters
    assert (counters.served, counters.abandoned_work) == (0, 0 if cancelled else 1)
    assert counters.as_json()["abandoned_work_total"] == counters.abandoned_work


@pytest.mark.parametrize("cancelled", [False, True])
@pytest.mark.slow
async def test_behind_the_router_waste_is_the_routers(
    open_service: Open,
    data_url: Url,
    eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
    cancelled: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    """Its pooled connection outlives the client: auth serves, router wastes, unless both cancel what is abandoned."""
    auth = await open_service(Auth, AuthSettings(service_time_ms=400, cancel_abandoned=cancelled))
    monkeypatch.setenv("ROUTES", f"auth={data_url(auth)[7:]}")
    router = await open_service(Router, RouterSettings(cancel_abandoned=cancelled))
    _, writer = await asyncio.open_connection(*router.data.address)
    writer.write(b"GET http://auth/ HTTP/1.1\r\nHost: auth\r\n\r\n")
    await eventually(lambda: auth.role.counters.in_flight == 1)
    writer.transport.abort()
    await eventually(lambda: router.role.counters.abandoned == 1 and not auth.role.counters.in_flight)
    at = {name: service.role.counters for name, service in (("auth", auth), ("router", router))}
    assert (at["router"].abandoned_work, at["auth"].served) == ((0, 0) if cancelled else (1, 1))
    assert (at["auth"].abandoned_work, at["auth"].abandoned) == (0, int(cancelled))
