"""The smallest HTTP server that a client can be measured against: it reads heads of requests and answers all alike.

`python -m bench.tiny_server` serves on a free port of 127.0.0.1, which it prints, until its standard input ends.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import uvloop

NEVER = b"/never"
"""What a request names that is to have no answer."""
BODY = b'{"user": "anonymous", "allowed": true}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n"
    b"Date: Tue, 07 Dec 2021 15:30:12 GMT\r\nServer: tiny\r\n\r\n%s" % (len(BODY), BODY)
)
_END = b"\r\n\r\n"


class TinyServer:
    """Counts its connections.

    Args:
        answer: To every request.
        heads: Where the heads of the requests are kept; None: nowhere.
    """

    def __init__(self, answer: bytes = ANSWER, heads: list[bytes] | None = None) -> None:
        self.connections = 0
        self.answer = answer
        self.heads = heads

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Listen; gives the URL."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=4096)
        host, port = server.sockets[0].getsockname()
        try:
            yield f"http://{host}:{port}"
        finally:
            server.close()


class _Connection(asyncio.Protocol):
    def __init__(self, server: TinyServer) -> None:
        self._server = server
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._server.connections += 1

    def data_received(self, data: bytes) -> None:
        self._read += data
        while _END in self._read:
            head, _, self._read = self._read.partition(_END)
            if self._server.heads is not None:
                self._server.heads.append(head)
            if NEVER not in head:
                self._transport.write(self._server.answer)


async def _serve_until_told() -> None:
    async with TinyServer().serve() as url:
        print(url, flush=True)  # noqa: T201 - whoever started it reads it
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve_until_told())
