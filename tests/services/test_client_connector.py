"""Where an attempt begins, and the straight way to a bridge's address. Tests services.client.connector."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
from aiohttp import web
from yarl import URL

from services.client import Client, ClientSettings
from services.client.connector import _address, _connected

Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve = Callable[[Respond], Awaitable[str]]
ASKED = URL("http://auth/check")
SOURCE = "127.0.0.7"
OFTEN = 500
"""The kernel may be late with the answer to a connect; seldom so often."""


@contextmanager
def full_listener() -> Iterator[int]:
    """A port of 127.0.0.1 whose accept queue is full: who connects waits."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        with socket.socket() as first, socket.socket() as second:
            for one in (first, second):
                one.settimeout(0)
                one.connect_ex(address)
            yield address[1]


def peer(seen: set[tuple[str, int]]) -> Respond:
    """A server that notes whose connections its requests come on."""

    async def respond(request: web.BaseRequest) -> web.Response:
        seen.add(request.get_extra_info("peername"))
        return web.Response()

    return respond


@pytest.mark.parametrize("by_name", [False, True], ids=["by address", "by name"])
@pytest.mark.parametrize(("connections", "expected"), [("new", 3), ("pooled", 1)])
async def test_each_attempt_counts_once(
    serve: Serve, connections: str, expected: int, *, by_name: bool
) -> None:
    """On a new connection or a kept one, which comes from the service's address, straight or by aiohttp's own way."""
    seen: set[tuple[str, int]] = set()
    bridge = await serve(peer(seen))
    bridge = bridge.replace("127.0.0.1", "localhost") if by_name else bridge
    client = Client(ClientSettings(connections=connections, timeout_s=5), bridge, SOURCE)
    for count in (1, 2, 3):
        assert (await client.call("GET", ASKED)).failure is None
        assert client.counters()["attempts_total"] == count
    await client.close()
    assert len(seen) == expected
    assert {host for host, _ in seen} == {SOURCE}


@pytest.mark.slow
async def test_who_finds_the_queue_full_waits_for_room() -> None:
    """An attempt all the same, which ends at its timeout; nothing is left open."""
    with full_listener() as port:
        client = Client(ClientSettings(timeout_s=0.05), f"http://127.0.0.1:{port}")
        began_s = time.monotonic()
        assert (await client.call("GET", ASKED)).failure == "timeout"
        assert time.monotonic() - began_s >= 0.05
        counted = client.counters()
        assert (counted["attempts_total"], counted["outcomes_total"]["timeout"]) == (1, 1)
        await client.close()


def test_a_connection_is_there_at_once_where_there_is_room() -> None:
    """Else it is not; a refusal is raised with its number."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(OFTEN)
        address = listener.getsockname()
        assert any(_begun(address) for _ in range(OFTEN))
    with full_listener() as port:
        assert not _begun(("127.0.0.1", port))
    with pytest.raises(ConnectionRefusedError, match=r"connect to 127\.0\.0\.1"):
        any(_begun(address) for _ in range(OFTEN))


def _begun(address: tuple[str, int]) -> bool:
    """Whether a new connection is there at once."""
    with socket.socket() as sock:
        sock.settimeout(0)
        return _connected(sock, address)


async def test_who_is_refused_gives_others_a_turn(unused_port: int) -> None:
    """After each attempt, also where the policy tries again at once; each is counted."""
    settings = ClientSettings(policy="immediate(retries=100)", timeout_s=60)
    client = Client(settings, f"http://127.0.0.1:{unused_port}")
    call, turns = asyncio.create_task(client.call("GET", ASKED)), 0
    while not call.done():
        await asyncio.sleep(0)  # noqa: TID251  a turn
        turns += 1
    counted = client.counters()
    assert (counted["attempts_total"], counted["outcomes_total"]["refused"]) == (101, 101)
    assert turns >= 101
    await client.close()


@pytest.mark.parametrize(
    ("proxy", "expected"),
    [
        ("http://127.64.0.4:3128", ("127.64.0.4", 3128)), ("http://10.0.0.1", ("10.0.0.1", 80)),
        ("http://bridge:3128", None), ("https://127.0.0.1:3128", None), ("http://[::1]:3128", None),
        ("http://user:word@127.0.0.1:3128", None), ("http://127.1:3128", None),
    ],
)  # fmt: skip
def test_the_straight_way_is_for_an_address_alone(proxy: str, expected: tuple[str, int] | None) -> None:
    """A name, TLS or a password is left to aiohttp."""
    assert _address(URL(proxy)) == expected
