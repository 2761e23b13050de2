"""Connections of the load: geventhttpclient without its silent repetition, from the load's own address."""

import ipaddress
import os
import socket
from typing import Any

import gevent.socket
from geventhttpclient.client import HTTPClient, HTTPClientPool
from geventhttpclient.connectionpool import ConnectionPool
from geventhttpclient.url import URL

_IP_BIND_ADDRESS_NO_PORT = 24  # <linux/in.h>; Python 3.11's socket module doesn't name it


def own_address() -> str | None:
    """The load's own address, if it has one on loopback."""
    host = os.environ.get("CONTROL", "").rpartition(":")[0]
    try:
        return host if ipaddress.ip_address(host).is_loopback else None
    except ValueError:
        return None


class _Sockets(ConnectionPool):
    """Sockets that come from `source`; the port is chosen at connect, so TIME_WAIT doesn't use them up.

    Args:
        source: The address; None: the system chooses.
        most: How many may be opened in all; None: as many as are asked for.
    """

    def __init__(self, source: str | None, most: int | None, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self._source = source
        self._left = most

    def _create_socket(self) -> gevent.socket.socket:
        if self._left is not None:
            if not self._left:
                raise ConnectionResetError("the session's connection was closed")
            self._left -= 1
        return super()._create_socket()

    def _create_tcp_socket(self, family: int, socktype: int, protocol: int) -> gevent.socket.socket:
        sock = super()._create_tcp_socket(family, socktype, protocol)
        if self._source is not None:
            sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
            sock.bind((self._source, 0))
        return sock


class OneTryPool(HTTPClientPool):
    """Each request is sent once.

    geventhttpclient sends an idempotent request again, up to the pool's size times, when a connection closes
    without an answer (2.6: `HTTPClient.request`, `attempts_left`): load that no one scheduled. The pool's
    `size` is read only there once the pool is made; -1 leaves it no repetition.

    Args:
        source: The address that connections come from; None: the system chooses.
        concurrency: How many connections at most.
        timeout_s: For a connect, and for a wait for bytes.
        connects: How many connections may be opened in all; one that is needed beyond them is a reset.
    """

    def __init__(
        self, source: str | None, concurrency: int, timeout_s: float, *, connects: int | None = None
    ) -> None:
        super().__init__(concurrency=concurrency, connection_timeout=timeout_s, network_timeout=timeout_s)
        self._source = source
        self._connects = connects

    def get_client(self, url: str | URL) -> HTTPClient:
        """The client for a URL's host."""
        parsed = url if isinstance(url, URL) else URL(url)
        known = (parsed.host, parsed.port) in self.clients
        client = super().get_client(parsed)
        if not known:
            if not client.ssl:
                client._connection_pool = self._pool(client)  # noqa: SLF001  there is no public way
            client._connection_pool.size = -1  # noqa: SLF001
        return client

    def _pool(self, client: HTTPClient) -> ConnectionPool:
        return _Sockets(
            self._source,
            self._connects,
            client.host,
            client.port,
            client.host,
            client.port,
            size=self.client_args["concurrency"],
            connection_timeout=self.client_args["connection_timeout"],
            network_timeout=self.client_args["network_timeout"],
        )
