"""The sockets inside a container's network namespace, by the kernel's own query, from outside."""

import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lab.runtime.base import Sockets
from lab.runtime.sock_diag import CLOSE_WAIT, ESTABLISHED, LISTEN, dump, inside, open_query

UNKNOWN = Sockets(open_connections=None, backlog=None, listen_queue=None, listen_overflows_total=None)

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
            if list(self._dump(family, LISTEN)):
                found = list(self._dump(family, LISTEN, ESTABLISHED, CLOSE_WAIT))
                backlog, queue = next(queues for state, queues in found if state == LISTEN)
                return Sockets(len(found) - 1, backlog, queue, overflows)
        return None

    def _dump(self, family: int, *states: int) -> Iterator[tuple[int, tuple[int, int]]]:
        """State and queues of every socket of the port in one of the states."""
        for body in dump(self.query, family, self.port, *states):
            yield body[_STATE_AT], _QUEUES.unpack_from(body, _QUEUES_AT)

    def close(self) -> None:
        """Let go of the namespace, after a read that is under way."""
        with self._turn:
            self.query.close()


def open_listener(pid: int, port: int) -> Listener | None:
    """A way to the sockets of the container whose first process is ``pid``; None where that needs root."""
    query = inside(pid, open_query)
    return None if query is None else Listener(query, port, Path(f"/proc/{pid}/net/netstat"))


def _overflows(netstat: Path) -> int | None:
    """How often an accept queue in this namespace was full: a line of names, then one of values."""
    lines = netstat.read_text(encoding="ascii").splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=False):
        table = dict(zip(names.split(), values.split(), strict=False))
        if "ListenOverflows" in table:
            return int(table["ListenOverflows"])
    return None
