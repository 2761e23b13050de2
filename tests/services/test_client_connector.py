"""Where an attempt begins, and the straight way to a bridge's address. Tests services.client.connector."""

import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from aiohttp import web
from yarl import URL

from services.client import Client, ClientSettings
from services.client.connector import _address, _connected

Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve = Callable[[Respond], Awaitable[str]]
ASKED = URL("http://auth/check")
SOURCE = "127.0.0.7"


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


async def test_who_finds_the_queue_full_waits_for_room() -> None:
    """An attempt all the same, which ends at its timeout; nothing is left open."""
    with full_listener() as port:
        client = Client(ClientSettings(timeout_s=0.05), f"http://127.0.0.1:{port}")
        began_s = time.monotonic()
        assert (await client.call("GET", ASKED)).failure == "timeout"
        assert time.monotonic() - began_s >= 0.05
        told = client.counters()
        assert (told["attempts_total"], told["outcomes_total"]["timeout"]) == (1, 1)
        await client.close()


def test_a_connection_is_there_at_once_where_there_is_room() -> None:
    """Else it is not; a refusal is raised with its number."""
    with socket.socket() as listener, closing(_client()) as sock:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = listener.getsockname()
        assert _connected(sock, address)
    with full_listener() as port, closing(_client()) as sock:
        assert not _connected(sock, ("127.0.0.1", port))
    with closing(_client()) as sock, pytest.raises(ConnectionRefusedError, match=r"connect to 127\.0\.0\.1"):
        _connected(sock, address)


def _client() -> socket.socket:
    sock = socket.socket()
    sock.settimeout(0)
    return sock


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
