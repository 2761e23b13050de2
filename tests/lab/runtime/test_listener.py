"""Tests lab.runtime.listener against real sockets."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from chaos.wait import wait_until
from lab.runtime.base import Sockets
from lab.runtime.listener import local_listener

LIMIT = 3


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A listener with a short queue that accepts only when a test does."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        found.listen(LIMIT)
        yield found


def address_of(listening: socket.socket) -> str:
    """Its ``host:port``."""
    host, port = listening.getsockname()
    return f"{host}:{port}"


def knock(stack: ExitStack, listening: socket.socket) -> None:
    """A client that begins a connection and does not wait for it."""
    client = stack.enter_context(socket.socket())
    client.setblocking(False)  # noqa: FBT003  socket's own signature
    assert client.connect_ex(listening.getsockname()) in {0, errno.EINPROGRESS}


async def test_queue_limit_and_connections_are_the_kernels(listening: socket.socket) -> None:
    """What waits is counted, and what was accepted is open but waits no more."""
    reader = local_listener(address_of(listening))
    with ExitStack() as stack:
        assert reader.read() == Sockets(0, 0, LIMIT, 0)
        for _ in range(2):
            knock(stack, listening)
        await wait_until(lambda: reader.read() == Sockets(2, 2, LIMIT, 0), 30.0, "two that wait")
        stack.enter_context(listening.accept()[0])
        assert reader.read() == Sockets(2, 1, LIMIT, 0)
    reader.close()


async def test_a_full_queue_is_counted_by_the_listener_itself(listening: socket.socket) -> None:
    """One more than the limit fits; whoever comes then is dropped, and that is an overflow."""
    reader = local_listener(address_of(listening))
    with ExitStack() as stack:
        for _ in range(LIMIT + 4):
            knock(stack, listening)

        def dropped() -> bool:
            found = reader.read()
            return (
                found is not None
                and (found.listen_overflows_total or 0) >= 1
                and found.accept_queue == LIMIT + 1
            )

        await wait_until(dropped, 30.0, "the queue to be full and more to be dropped")
        found = reader.read()
        assert found is not None
        assert (reader.overflows_total() or 0) >= (found.listen_overflows_total or 0) >= 1
    reader.close()


async def test_another_address_on_the_same_port_is_another_listener(listening: socket.socket) -> None:
    """Services share ports, each on an address of its own."""
    port = listening.getsockname()[1]
    with ExitStack() as stack, socket.socket() as other:
        other.bind(("127.0.0.2", port))
        other.listen(LIMIT + 2)
        knock(stack, listening)
        mine, theirs = local_listener(f"127.0.0.1:{port}"), local_listener(f"127.0.0.2:{port}")
        await wait_until(lambda: mine.read() == Sockets(1, 1, LIMIT, 0), 30.0, "the one that waits here")
        assert theirs.read() == Sockets(0, 0, LIMIT + 2, 0)
        mine.close()
        theirs.close()


def test_without_a_listener_there_is_nothing_to_say(listening: socket.socket) -> None:
    """Also where connections of it live on."""
    reader = local_listener(address_of(listening))
    listening.close()
    assert (reader.read(), reader.overflows_total()) == (None, None)
    reader.close()
