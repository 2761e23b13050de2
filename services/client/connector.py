"""Where an attempt begins to cost the bridge something: a connect, or the reuse of a connection that was kept.

    connect ─▶ (wait for the pool) ─▶ a kept connection             start
                                  └─▶ _create_connection            start ─▶ TCP connect

Both methods are those that aiohttp documents for connectors of one's own. Its tracing reports the same moments, but
costs more than everything else that the lab adds to an attempt.
"""

import asyncio
import errno
import ipaddress
import os
import socket
from contextvars import ContextVar

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from services.client.tally import Attempt

ATTEMPT: ContextVar[Attempt] = ContextVar("attempt")
"""The attempt for which the task that asks for a connection does so."""
_IP_BIND_ADDRESS_NO_PORT = 24  # <linux/in.h>; Python 3.11's socket module doesn't name it


def new_socket(source: str | None, family: int = socket.AF_INET) -> socket.socket:
    """A TCP socket that comes from `source`; the port is chosen at connect, so TIME_WAIT doesn't use them up."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if source is not None:
            sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
            sock.bind((source, 0))
    except OSError:
        sock.close()
        raise
    return sock


class AttemptConnector(aiohttp.TCPConnector):
    """Starts the ATTEMPT that asks for a connection, and connects to a proxy without detours.

    Args:
        proxy: What every request goes through; None: each goes to its own host.
        source: The address that connections come from; None: the system chooses.
        pooled: Keep connections alive; else a new one for each attempt.
        limit: So many connections at once at most; 0: as many as needed.
    """

    def __init__(self, proxy: URL | None, source: str | None, *, pooled: bool, limit: int) -> None:
        super().__init__(
            limit=limit,
            force_close=not pooled,
            socket_factory=(lambda info: new_socket(source, info[0])) if source else None,
        )
        self._source = source
        self._address = None if proxy is None else _address(proxy)

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  aiohttp's signature
    ) -> Connection:
        """A connection for `req`, kept or new."""
        connection = await super().connect(req, traces, timeout)
        attempt = ATTEMPT.get()
        if not attempt.started:
            attempt.start()
        return connection

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  alike
    ) -> ResponseHandler:
        ATTEMPT.get().start()
        if self._address is None or req.is_ssl():
            return await super()._create_connection(req, traces, timeout)
        try:
            return await self._straight_to(self._address)
        except OSError as error:
            await asyncio.sleep(0)  # noqa: TID251  a turn of the loop: who tries again at once must not be all of it
            raise aiohttp.ClientProxyConnectionError(req.connection_key, error) from error

    def _update_proxy_auth_header_and_build_proxy_req(
        self, req: aiohttp.ClientRequest
    ) -> aiohttp.ClientRequest:
        """Nothing: what aiohttp makes here is for a proxy with a password, or a tunnel for TLS."""
        if self._address is None or req.is_ssl():
            return super()._update_proxy_auth_header_and_build_proxy_req(req)
        return req

    async def _straight_to(self, address: tuple[str, int]) -> ResponseHandler:
        """What aiohttp does for an address and a port, without a look for names, families and a second address."""
        loop = asyncio.get_running_loop()
        sock = new_socket(self._source)
        try:
            sock.settimeout(0)
            if not _connected(sock, address):
                await loop.sock_connect(sock, address)
        except BaseException:
            sock.close()
            raise
        _, protocol = await loop.create_connection(self._factory, sock=sock)
        return protocol


def _address(proxy: URL) -> tuple[str, int] | None:
    """Where a proxy is that is named by its IPv4 address alone; None: aiohttp is to find out."""
    host, port = proxy.host, proxy.port
    if proxy.scheme != "http" or proxy.user is not None or host is None or port is None:
        return None
    try:
        return str(ipaddress.IPv4Address(host)), port
    except ValueError:
        return None


def _connected(sock: socket.socket, address: tuple[str, int]) -> bool:
    """Begin to connect; whether that is done, as it is on loopback where the listener has room.

    Linux says "in progress" in any case; asked again it says what is so, which saves a turn of the event loop.
    """
    number = sock.connect_ex(address)
    if number == errno.EINPROGRESS:
        number = sock.connect_ex(address)
    if number in {errno.EALREADY, errno.EINPROGRESS}:
        return False
    if number:
        raise OSError(number, f"connect to {address[0]}:{address[1]}: {os.strerror(number)}")
    return True
