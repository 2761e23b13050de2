"""The kernel's word on a listener's connections, on real sockets: the open ones, and each that has ended."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from chaos.wait import wait_until
from lab.runtime.connections import Connection, Connections, open_connections

HOST, OTHER, CLIENT = "127.88.1.1", "127.88.1.2", "127.88.1.9"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0), backlog=128) as listener:
        yield listener


@pytest.fixture
def watched(listener: socket.socket) -> Iterator[Connections]:
    with contextlib.closing(open_connections(listener.getsockname()[1], HOST)) as watched:
        yield watched


def connect(listener: socket.socket) -> tuple[socket.socket, socket.socket]:
    """A connection from CLIENT: its end, and the listener's."""
    ours = socket.socket()
    ours.bind((CLIENT, 0))
    ours.connect(listener.getsockname())
    theirs, _ = listener.accept()
    return ours, theirs


def converse(listener: socket.socket) -> None:
    """A whole short connection: 100 bytes there, 40 back, the end."""
    ours, theirs = connect(listener)
    with ours, theirs:
        ours.sendall(b"x" * 100)
        assert theirs.recv(1000)
        theirs.sendall(b"y" * 40)
        assert ours.recv(1000)


async def told(watched: Connections, count: int) -> list[Connection]:
    """The next so many that the kernel announces."""
    found: list[Connection] = []

    def enough() -> bool:
        found.extend(watched.ended())
        return len(found) >= count

    await wait_until(enough, 30.0, f"{count} ends to be announced")
    return found


def test_who_is_connected_and_what_was_carried(listener: socket.socket, watched: Connections) -> None:
    """By the client's address; one that waits to be accepted is open as well."""
    ours, theirs = connect(listener)
    with ours, theirs, socket.create_connection(listener.getsockname()):
        ours.sendall(b"x" * 100)
        assert theirs.recv(1000)
        carried = {one.peer: (one.open, one.received_bytes) for one in watched.open()}
    assert carried[CLIENT] == (True, 100)
    assert len(carried) == 2


async def test_no_connection_is_too_short(listener: socket.socket, watched: Connections) -> None:
    """Each is told once, with all its bytes (an end counts as one), although no one looked while it was there."""
    for _ in range(50):
        converse(listener)
    ended = await told(watched, 50)
    assert len({one.cookie for one in ended}) == 50
    assert {(one.peer, one.open) for one in ended} == {(CLIENT, False)}
    assert {one.received_bytes for one in ended} <= {100, 101}
    assert {one.sent_bytes for one in ended} <= {40, 41}
    assert watched.open() == []


async def test_the_same_port_of_another_address_is_someone_elses(
    listener: socket.socket, watched: Connections
) -> None:
    """Labs side by side have their bridges on one port."""
    with socket.create_server((OTHER, listener.getsockname()[1])) as neighbour:
        converse(neighbour)
        ours, theirs = connect(neighbour)
        with ours, theirs:
            assert watched.open() == []
        converse(listener)
        assert len(await told(watched, 1)) == 1


@pytest.mark.slow
async def test_announcements_that_were_lost_are_known_to_be(
    listener: socket.socket, watched: Connections
) -> None:
    """A full buffer is no reason to say that there was nothing."""
    assert watched.ends is not None
    watched.ends.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    for _ in range(50):
        converse(listener)
    await wait_until(lambda: list(watched.ended()) == [] and watched.lost, 30.0, "the loss to be noticed")
