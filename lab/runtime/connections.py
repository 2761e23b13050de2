"""The connections to one listener, from outside: those that are open, and each that ends.

    open()    ask the kernel:  every socket of the port, with the bytes that it has carried so far
    ended()   be notified:      the kernel announces each TCP socket when it ends, with its bytes

Together they miss no connection, however short, and no byte: what only looks a few times a second misses nearly every
one that lives for milliseconds. A cookie distinguishes two connections of one address and port.
"""

import errno
import ipaddress
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from chaos import sock_diag

STATES = tuple(
    set(range(1, sock_diag.NEW_SYN_RECV)) - {sock_diag.TIME_WAIT, sock_diag.CLOSE, sock_diag.LISTEN}
)
OPEN = frozenset({sock_diag.ESTABLISHED, sock_diag.CLOSE_WAIT})
INFO = 2
"""The attribute that holds ``struct tcp_info``, and (less one) the bit that asks for it."""
BUFFER_BYTES = 1 << 23

_MESSAGE = struct.Struct(
    ">BB2xHH16s16s4xQ20x"
)  # family, state, ports, addresses, cookie; 72 bytes of inet_diag_msg
_ATTRIBUTE = struct.Struct("=HH")  # length, type
_BYTES = struct.Struct("=QQ")  # acknowledged by the peer, received from it
_BYTES_AT = 120


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection as its listening side has it; ``received_bytes`` came from the peer. ``open``: not yet closing."""

    cookie: int
    peer: str
    open: bool
    received_bytes: int
    sent_bytes: int


@dataclass(slots=True)
class Connections:
    """Those of the listener at ``port`` (of ``host``, where several listen on it).

    ``ends``: where the kernel announces; None where it may not be listened to, and then short ones are missed.
    ``lost``: it announced more than was taken in time.
    """

    query: socket.socket
    ends: socket.socket | None
    port: int
    host: str | None = None
    lost: bool = field(default=False, init=False)

    def open(self) -> list[Connection]:
        """Every connection that is there now.

        Raises:
            OSError: the kernel does not answer.
        """
        return [
            found
            for family in (socket.AF_INET, socket.AF_INET6)
            for body in sock_diag.dump(self.query, family, self.port, *STATES, extensions=1 << (INFO - 1))
            if (found := self._read(body)) is not None
        ]

    def ended(self) -> Iterator[Connection]:
        """Every connection that has ended since this was asked last. Never waits."""
        with suppress(BlockingIOError):
            while self.ends is not None:
                try:
                    chunk = memoryview(self.ends.recv(sock_diag.CHUNK))
                except OSError as error:
                    if error.errno != errno.ENOBUFS:
                        raise
                    self.lost = True
                    continue
                for kind, _turn, body in sock_diag.messages(chunk):
                    if kind == sock_diag.SOCK_DIAG_BY_FAMILY and (found := self._read(body)):
                        yield found

    def close(self) -> None:
        """Ask and listen no more."""
        self.query.close()
        if self.ends is not None:
            self.ends.close()

    def _read(self, body: memoryview) -> Connection | None:
        """One of this listener's connections; None: another owner's, or no connection."""
        family, state, local_port, peer_port, local, peer, cookie = _MESSAGE.unpack_from(body)
        if local_port != self.port or not peer_port or (self.host and _text(family, local) != self.host):
            return None
        carried = _carried(body[_MESSAGE.size :])
        if carried is None:  # what is left of one that has ended
            return None
        return Connection(cookie, _text(family, peer), state in OPEN, carried[1], carried[0])


def open_connections(port: int, host: str | None = None) -> Connections:
    """Those of this thread's network namespace, listened to from now on.

    Raises:
        OSError: the kernel has no sock_diag.
    """
    return Connections(sock_diag.open_query(), _announcements(), port, host)


def _announcements() -> socket.socket | None:
    ends = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, sock_diag.SOCK_DIAG)
    try:
        ends.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        ends.bind((0, sock_diag.TCP_ENDS))
    except OSError:
        ends.close()
        return None
    ends.settimeout(0)
    return ends


def _text(family: int, address: bytes) -> str:
    if family == socket.AF_INET:
        return str(ipaddress.IPv4Address(address[:4]))
    six = ipaddress.IPv6Address(address)
    return str(six.ipv4_mapped or six)


def _carried(attributes: memoryview) -> tuple[int, int] | None:
    """Bytes sent and acknowledged, and bytes received; None where the socket has none of it any more."""
    while len(attributes) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(attributes)
        if kind == INFO and length >= _ATTRIBUTE.size + _BYTES_AT + _BYTES.size:
            return _BYTES.unpack_from(attributes, _ATTRIBUTE.size + _BYTES_AT)
        attributes = attributes[max(_ATTRIBUTE.size, (length + 3) & ~3) :]
    return None
