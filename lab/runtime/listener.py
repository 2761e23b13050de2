"""A listening socket and the connections to it, by the kernel's own query, from outside of whoever holds it."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from chaos.sock_diag import (
    ATTRIBUTES_AT,
    CLOSE_WAIT,
    ESTABLISHED,
    HOST_AT,
    LISTEN,
    QUEUES,
    QUEUES_AT,
    dump,
    open_query,
    packed,
)
from lab.runtime.base import Sockets

UNKNOWN = Sockets(open_connections=None, accept_queue=None, listen_queue=None, listen_overflows_total=None)

_ATTRIBUTE = struct.Struct("=HH")  # length, type
_MEMORY = 7
"""The attribute of nine counters, the last of them drops, and (less one) the bit that asks for it."""
_DROPS_AT = 8 * 4


@dataclass(frozen=True, slots=True)
class Listener:
    """The listening socket of one port (of ``host``, where several listen on it), and all connections to it.

    ``overflows`` says how often its queue was full; without it the listener's own count of drops says so.
    """

    query: socket.socket
    port: int
    host: str | None = None
    overflows: Callable[[], int | None] | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False)

    def read(self) -> Sockets | None:
        """Accept queue, its limit and open connections (also those not yet accepted); None: there is no listener.

        Raises:
            OSError: the kernel does not answer, or the namespace is gone.
        """
        with self._turn:
            return self._read()

    def overflows_total(self) -> int | None:
        """Connections that found the queue full; None: there is no listener.

        The kernel keeps listeners apart, so this costs 0.1 ms; ``read`` has it walk every connection of the machine.

        Raises:
            OSError: the kernel does not answer, or the namespace is gone.
        """
        with self._turn:
            _, listening = self._listening()
            return None if listening is None else self._overflows(listening)

    def _read(self) -> Sockets | None:
        family, listening = self._listening()
        if listening is None:
            return None
        queued, limit = QUEUES.unpack_from(listening, QUEUES_AT)
        connections = sum(1 for _ in self._dump(family, ESTABLISHED, CLOSE_WAIT))
        return Sockets(connections, queued, limit, self._overflows(listening))

    def _listening(self) -> tuple[int, memoryview | None]:
        """The listener, and its family."""
        for family in (socket.AF_INET, socket.AF_INET6):
            for found in self._dump(family, LISTEN, extensions=1 << (_MEMORY - 1)):
                return family, found
        return socket.AF_UNSPEC, None

    def _overflows(self, listening: memoryview) -> int | None:
        return self.overflows() if self.overflows else _drops(listening[ATTRIBUTES_AT:])

    def _dump(self, family: int, *states: int, extensions: int = 0) -> Iterator[memoryview]:
        """The sockets of the listener's port and host in one of the states. Each answer is read to its end."""
        found = list(dump(self.query, family, self.port, *states, extensions=extensions))
        if self.host is None:
            return iter(found)
        host = packed(family, self.host)
        return (body for body in found if body[HOST_AT : HOST_AT + len(host)] == host)

    def close(self) -> None:
        """Ask no more, after a read that is under way."""
        with self._turn:
            self.query.close()


def local_listener(address: str) -> Listener:
    """The listener at ``host:port`` of this thread's network namespace.

    Raises:
        OSError: the kernel has no sock_diag.
    """
    host, _, port = address.rpartition(":")
    return Listener(open_query(), int(port), host)


def _drops(attributes: memoryview) -> int | None:
    """Connections that found the queue full, as the listener counts them."""
    while len(attributes) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(attributes)
        if kind == _MEMORY and length >= _ATTRIBUTE.size + _DROPS_AT + 4:
            return int(struct.unpack_from("=I", attributes, _ATTRIBUTE.size + _DROPS_AT)[0])
        attributes = attributes[max(_ATTRIBUTE.size, (length + 3) & ~3) :]
    return None
