"""Each toxic on a real Toxiproxy: active, biting, gone; another owner's untouched."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from chaos.errors import RefusedError
from chaos.faults import FAULTS
from chaos.listen_queue import ListenQueueError, read_listen_queue, set_listen_queue
from chaos.toxic import Toxic
from chaos.toxiproxy import Toxiproxy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.chaos.conftest import Bench, Here, LiveToxiproxy

pytestmark = pytest.mark.live
FOREIGN = Toxic(name="someone.elses", type="slow_close", attributes={"delay": 0})


HOLE_S = 0.6
"""So long an answer is waited for that never comes."""


async def ask(live: LiveToxiproxy, within_s: float = 10.0) -> tuple[str, float]:
    """One call through the bridge on a new connection: its outcome, and how long that took (ms)."""
    begun = time.monotonic()
    try:
        async with asyncio.timeout(within_s):
            reader, writer = await asyncio.open_connection(live.host, live.port)
            writer.write(b"hello\n")
            answer = await reader.readline()
            writer.close()
            outcome = "ok" if answer == b"ok\n" else "closed"
    except TimeoutError:
        outcome = "timeout"
    except ConnectionResetError:
        outcome = "reset"
    except ConnectionRefusedError:
        outcome = "refused"
    return outcome, (time.monotonic() - begun) * 1000


@pytest.mark.parametrize(
    ("fault", "params", "outcome", "at_least_ms"),
    [
        ("latency", {"latency_ms": 200}, "ok", 190),
        ("latency", {"latency_ms": 200, "stream": "upstream"}, "ok", 190),
        ("bandwidth", {"rate_kbps": 1}, "ok", 2),
        ("black-hole", {}, "timeout", 590),
        ("reset", {}, "reset", 0),
        ("down", {}, "refused", 0),
    ],
)
async def test_bites_and_is_undone(  # noqa: PLR0913, PLR0917 - four fixtures and a row of four
    live_toxiproxy: LiveToxiproxy,
    bench: Bench,
    place_of: Callable[..., Here],
    tmp_path: Path,
    fault: str,
    params: dict[str, Any],
    outcome: str,
    at_least_ms: float,
) -> None:
    """Fine before, hurt while it is active, fine after."""
    server = Toxiproxy(live_toxiproxy.api)
    await server.add("bridge", FOREIGN)
    place = place_of(run="r", token_file=tmp_path, addresses={("bridge", "api"): live_toxiproxy.api})
    assert (await ask(live_toxiproxy))[0] == "ok"
    done = await bench.injector.apply(
        name="it", kind="fault", fault=fault, target="bridge", params=params, by="test",
        actions=FAULTS[fault](target="bridge", **params).actions(place),
    )  # fmt: skip
    found, took_ms = await ask(live_toxiproxy, HOLE_S if outcome == "timeout" else 10.0)
    assert found == outcome
    assert took_ms >= at_least_ms
    assert await bench.injector.undo(done, "test")
    assert (await ask(live_toxiproxy))[0] == "ok"
    assert await server.toxics("bridge") == {FOREIGN.name: FOREIGN}
    assert bench.changes[-1].rebuilt_listener is (fault == "down")


async def test_a_toxic_put_out_of_effect_is_so_on_open_connections(live_toxiproxy: LiveToxiproxy) -> None:
    """What is done when its removal hangs."""
    server = Toxiproxy(live_toxiproxy.api)
    hole = Toxic(name="r.hole", type="timeout", attributes={"timeout": 0})
    await server.add("bridge", hole)
    reader, writer = await asyncio.open_connection(live_toxiproxy.host, live_toxiproxy.port)
    await server.update("bridge", hole.without_effect())
    writer.write(b"hello\n")
    assert await asyncio.wait_for(reader.readline(), 10) == b"ok\n"
    writer.close()


async def test_an_attribute_that_the_server_drops_is_an_error(live_toxiproxy: LiveToxiproxy) -> None:
    """Toxiproxy takes a misspelt attribute without a word; the read-back does not."""
    wrong = Toxic(name="r.slow", type="latency", attributes={"latencyy": 5})
    with pytest.raises(RefusedError, match=r"was asked for .*latencyy.* it has .*'latency': 0"):
        await Toxiproxy(live_toxiproxy.api).add("bridge", wrong)


async def test_lists_and_creates_proxies_by_the_library(live_toxiproxy: LiveToxiproxy) -> None:
    """Of several servers at once: its host is a global."""
    server, absent = Toxiproxy(live_toxiproxy.api), Toxiproxy("127.0.0.1:1")
    made = await server.create("second", f"{live_toxiproxy.host}:3129", "127.0.0.1:1")
    assert (made.name, made.enabled) == ("second", True)
    results = await asyncio.gather(*(one.proxies() for one in (server, absent) * 5), return_exceptions=True)
    assert [isinstance(result, dict) for result in results] == [True, False] * 5
    assert set(await server.proxies()) == {"bridge", "second"}


async def test_the_listen_queue_of_a_child_can_be_set(live_toxiproxy: LiveToxiproxy) -> None:
    """Without root, without a restart; a new listener has the old one again."""
    live, server = live_toxiproxy, Toxiproxy(live_toxiproxy.api)
    before = read_listen_queue(live.host, live.port)
    assert await asyncio.to_thread(set_listen_queue, live.process.pid, live.host, live.port, 77) == 77
    assert read_listen_queue(live.host, live.port) == 77
    assert (await ask(live))[0] == "ok"
    await server.enable("bridge", enabled=False)
    assert read_listen_queue(live.host, live.port) is None
    await server.enable("bridge", enabled=True)
    assert read_listen_queue(live.host, live.port) == before


async def test_a_listen_queue_that_can_not_be_set_says_why(live_toxiproxy: LiveToxiproxy) -> None:
    """No such listener; more than the kernel grants; no such process."""
    live = live_toxiproxy
    for pid, port, queue, why in [
        (live.process.pid, 1, 77, f"nothing listens at {live.host}:1"),
        (live.process.pid, live.port, 1_000_000, "net.core.somaxconn is"),
        (2**22 + 1, live.port, 77, "can't be read"),
    ]:
        with pytest.raises(ListenQueueError, match=why):
            await asyncio.to_thread(set_listen_queue, pid, live.host, port, queue)
