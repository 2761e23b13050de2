"""A crowd that gives up: so many connections at once, a request on each, all of them closed before an answer.

What a storm leaves in the device's queue, without a storm: connections whose clients are gone. They cost the device
less than those that it answers, so its capacity for them is another one.
"""

import asyncio
from collections import Counter

from aiohttp import web
from yarl import URL

from services.kit.query import BadQueryError, number, only
from services.kit.role import json_response

CONNECT_S = 2.0
"""Beyond the device's queue connections are dropped and begun again after a second: those are not waited for long."""


class Crowd:
    """POST /crowd of a control port.

    Args:
        target: What is asked for.
        bridge: The proxy that it is asked through.
        source: The address that connections come from; None: the system chooses.
    """

    def __init__(self, target: URL, bridge: str, source: str | None) -> None:
        self._request = f"GET {target} HTTP/1.1\r\nHost: {target.host}\r\n\r\n".encode()
        self._bridge = URL(bridge)
        self._source = source

    async def handle(self, request: web.Request) -> web.Response:
        """Open them, ask, give all of them up: 200 with how many, 400."""
        try:
            only(request.query, "connections")
            connections = int(number(request.query, "connections", 100, 1, 4096, whole=True))
        except BadQueryError as error:
            return json_response({"error": str(error)}, status=400)
        opened = await asyncio.gather(*(self._open() for _ in range(connections)))
        errors = Counter(one for one in opened if isinstance(one, str))
        for writer in opened:
            if not isinstance(writer, str):
                writer.close()
        return json_response({"given_up": connections - errors.total(), "errors": dict(errors)})

    async def _open(self) -> asyncio.StreamWriter | str:
        """A connection with its request on the way; or the name of what went wrong."""
        source = None if self._source is None else (self._source, 0)
        try:
            async with asyncio.timeout(CONNECT_S):
                _, writer = await asyncio.open_connection(
                    self._bridge.host, self._bridge.port, local_addr=source
                )
        except OSError as error:
            return type(error).__name__
        writer.write(self._request)
        return writer
