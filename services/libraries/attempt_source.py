"""Sockets that come from the service's own address: by it the bridge distinguishes its clients.

The port is chosen at connect, not at bind, so that TIME_WAIT doesn't use the ports up.
"""

import socket
from collections.abc import Sequence

_IP_BIND_ADDRESS_NO_PORT = 24  # <linux/in.h>; Python 3.11's socket module doesn't name it
_LATE_PORT = (socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)

SocketOption = tuple[int, int, int | bytes]


def new_socket(source: str | None, family: int = socket.AF_INET) -> socket.socket:
    """A non-blocking TCP socket that will connect from `source`; None: the system chooses."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if source is not None:
            sock.setsockopt(*_LATE_PORT)
            sock.bind((source, 0))
        sock.setblocking(False)  # noqa: FBT003  the socket module's signature
    except OSError:
        sock.close()
        raise
    return sock


def pool_arguments(source: str | None, usual: Sequence[SocketOption]) -> dict[str, object]:
    """What a urllib3 pool is given for its sockets' source; nothing where the system chooses.

    Args:
        source: The address.
        usual: The socket options that the library sets by itself; ours is set in addition.
    """
    if source is None:
        return {}
    return {"source_address": (source, 0), "socket_options": [*usual, _LATE_PORT]}
