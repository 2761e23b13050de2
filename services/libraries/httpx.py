"""httpx: one AsyncClient for everything, as its page "Async Support" asks for. No retries.

"In order to get the most benefit from connection pooling, make sure you're not instantiating multiple client
instances - for example by using `async with` inside a 'hot loop'." (docs, "Async Support")
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import anyio
import httpcore
import httpx
from anyio.abc import SocketStream
from httpcore._backends.anyio import AnyIOStream  # the stream of httpcore's own backend has no public name

from services.libraries.attempt_source import new_socket
from services.libraries.library import Reply, Route

_UNLIMITED = httpx.Limits(max_connections=None, max_keepalive_connections=20)  # 20: httpx's own default


def open_client(route: Route) -> httpx.AsyncClient:
    """An AsyncClient with its defaults: 5 s to connect, read, write and wait for the pool; 100 connections."""
    limits: dict[str, Any] = {} if route.limited else {"limits": _UNLIMITED}
    transport = httpx.AsyncHTTPTransport(proxy=route.bridge, trust_env=False, **limits)
    # httpx drops `local_address` when there is a proxy (0.28); this is where the pool makes its connections
    transport._pool._network_backend = _From(route.source)  # noqa: SLF001  there is no public way
    if route.timeout_s is None:
        return httpx.AsyncClient(transport=transport, trust_env=False)
    return httpx.AsyncClient(transport=transport, trust_env=False, timeout=route.timeout_s)


class _From(httpcore.AnyIOBackend):
    """httpcore's own backend, with sockets of ours: they have the service's address, and Python sees them connect."""

    def __init__(self, source: str | None) -> None:
        self._source = source

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        local_address: str | None = None,  # noqa: ARG002  httpcore's signature
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """A connection, or the errors that httpcore raises."""
        sock = new_socket(self._source)
        try:
            with anyio.fail_after(timeout):
                await asyncio.get_running_loop().sock_connect(sock, (host, port))
                return AnyIOStream(await SocketStream.from_socket(sock))
        except BaseException as error:
            sock.close()
            if isinstance(error, TimeoutError):
                raise httpcore.ConnectTimeout(str(error)) from error
            if isinstance(error, OSError):
                raise httpcore.ConnectError(str(error)) from error
            raise


class Httpx:
    """`await client.get(url)`."""

    queued = None

    def __init__(self, route: Route) -> None:
        self.client = open_client(route)

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """One GET."""
        response = await self.client.get(url, headers=headers)
        return Reply(response.status_code, response.content)

    async def close(self) -> None:
        """Close every connection."""
        await self.client.aclose()


open_library = Httpx
