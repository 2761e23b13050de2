"""aiohttp: one ClientSession for everything, as its quickstart asks for. No retries (docs/reference/libraries.md).

"Don't create a session per request. Most likely you need a session per application which performs all requests
together." (Client Quickstart, "Make a Request")
"""

from collections.abc import Mapping
from typing import Any

import aiohttp

from services.libraries.attempt_source import new_socket
from services.libraries.library import Reply, Route


def open_session(route: Route) -> aiohttp.ClientSession:
    """A ClientSession with its defaults: 300 s in all (30 s to connect a socket), 100 connections at most."""
    given: dict[str, Any] = {} if route.limited else {"limit": 0}
    connector = aiohttp.TCPConnector(socket_factory=lambda info: new_socket(route.source, info[0]), **given)
    if route.timeout_s is None:
        return aiohttp.ClientSession(connector=connector, proxy=route.bridge)
    timeout = aiohttp.ClientTimeout(total=route.timeout_s)
    return aiohttp.ClientSession(connector=connector, proxy=route.bridge, timeout=timeout)


class Aiohttp:
    """`async with session.get(url) as response`."""

    queued = None

    def __init__(self, route: Route) -> None:
        self.session = open_session(route)

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """One GET."""
        async with self.session.get(url, headers=headers) as response:
            return Reply(response.status, await response.read())

    async def close(self) -> None:
        """Close every connection."""
        await self.session.close()


open_library = Aiohttp
