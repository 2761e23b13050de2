"""The sockets inside a container's network namespace, by the kernel's own query (sock_diag), from outside.

``nsenter ... ss`` answers the same for 10 ms of CPU a second, and /proc/net/tcp lists every TIME_WAIT of a
storm. One netlink socket, opened inside and kept, is asked for what is wanted only: 0.7 ms.
"""

import ctypes
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lab.runtime.base import Sockets

UNKNOWN = Sockets(open_connections=None, backlog=None, listen_queue=None, listen_overflows_total=None)
SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
REQUEST_AND_DUMP = 0x1 | 0x300
DONE, ERROR = 3, 2
ESTABLISHED, CLOSE_WAIT, LISTEN = 1, 8, 10
CLONE_NEWNET = 0x40000000
DEADLINE_S = 1.0
CHUNK = 1 << 18

_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_QUERY = struct.Struct("=BBBxI")  # family, protocol, extensions, bits of the states
_PORTS = struct.Struct(">HH")  # source, destination; then two addresses, an interface, a cookie
_QUEUES = struct.Struct("=II")  # of a listener: connections not yet accepted, and how many may wait
_STATE_AT, _QUEUES_AT = 1, 56


@dataclass(frozen=True, slots=True)
class Listener:
    """The listening socket of one port, and all connections to it."""

    query: socket.socket
    port: int
    netstat: Path
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False)

    def read(self) -> Sockets | None:
        """Backlog, queue and open connections (also those not yet accepted); None: nobody listens.

        Raises:
            OSError: the namespace is gone.
        """
        with self._turn:
            return self._read(_overflows(self.netstat))

    def _read(self, overflows: int | None) -> Sockets | None:
        for family in (socket.AF_INET, socket.AF_INET6):
            if list(_dump(self.query, family, self.port, LISTEN)):
                found = list(_dump(self.query, family, self.port, LISTEN, ESTABLISHED, CLOSE_WAIT))
                backlog, queue = next(queues for state, queues in found if state == LISTEN)
                return Sockets(len(found) - 1, backlog, queue, overflows)
        return None

    def close(self) -> None:
        """Let go of the namespace, after a read that is under way."""
        with self._turn:
            self.query.close()


def open_listener(pid: int, port: int) -> Listener | None:
    """A way to the sockets of the container whose first process is ``pid``; None where that needs root."""
    found: list[socket.socket] = []

    def inside() -> None:
        """In a thread of its own that ends: namespaces are per thread, so it need not find back."""
        with suppress(OSError, AttributeError):
            libc = ctypes.CDLL(None, use_errno=True)
            with Path(f"/proc/{pid}/ns/net").open("rb") as namespace:
                if libc.setns(namespace.fileno(), CLONE_NEWNET) == 0:
                    found.append(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, SOCK_DIAG))

    thread = threading.Thread(target=inside, name=f"netns of {pid}")
    thread.start()
    thread.join()
    if not found:
        return None
    found[0].settimeout(DEADLINE_S)
    return Listener(found[0], port, Path(f"/proc/{pid}/net/netstat"))


def _dump(
    query: socket.socket, family: int, port: int, *states: int
) -> Iterator[tuple[int, tuple[int, int]]]:
    """State and queues of every TCP socket of a local port in one of the states; the kernel filters."""
    bits = sum(1 << state for state in states)
    asked = _QUERY.pack(family, socket.IPPROTO_TCP, 0, bits) + _PORTS.pack(port, 0) + bytes(36) + b"\xff" * 8
    turn = time.monotonic_ns() & 0xFFFFFFFF
    size = _HEADER.size + len(asked)
    query.send(_HEADER.pack(size, SOCK_DIAG_BY_FAMILY, REQUEST_AND_DUMP, turn, 0) + asked)
    for kind, body in _answers(query, turn):
        if kind == DONE:
            return
        if kind == ERROR:
            raise OSError(-struct.unpack_from("=i", body)[0], "sock_diag refused")
        yield body[_STATE_AT], _QUEUES.unpack_from(body, _QUEUES_AT)


def _answers(query: socket.socket, turn: int) -> Iterator[tuple[int, memoryview]]:
    """Kind and body of every message that answers ``turn``; what a dump that timed out left is skipped."""
    while True:
        chunk = memoryview(query.recv(CHUNK))
        while chunk:
            length, kind, _flags, answered, _port = _HEADER.unpack_from(chunk)
            if answered == turn:
                yield kind, chunk[_HEADER.size : length]
            chunk = chunk[(length + 3) & ~3 :]


def _overflows(netstat: Path) -> int | None:
    """How often an accept queue in this namespace was full: a line of names, then one of values."""
    lines = netstat.read_text(encoding="ascii").splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=False):
        table = dict(zip(names.split(), values.split(), strict=False))
        if "ListenOverflows" in table:
            return int(table["ListenOverflows"])
    return None
