"""Whether a data port accepts: by a connection of the service's own, which is not to be counted."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

TIMEOUT_S = 1.0


async def why_refused(
    address: tuple[str, int], expect: Callable[[int], Awaitable[None]], forget: Callable[[int], None]
) -> str | None:
    """Why a connection can't be made; None: it can.

    Args:
        address: Host and port.
        expect: Awaited with the port that the connection will come from, before it does.
        forget: Called with it once the connection has surely been accepted.
    """
    host, port = address
    host = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104  a comparison
    loop = asyncio.get_running_loop()
    with socket.socket() as probe:
        probe.settimeout(0)
        try:
            probe.bind((host, 0))
            own_port: int = probe.getsockname()[1]
            await expect(own_port)
            async with asyncio.timeout(TIMEOUT_S):
                await loop.sock_connect(probe, (host, port))
        except OSError as error:  # TimeoutError is one
            return f"the data port {host}:{port} does not accept: {error!r}"
    loop.call_later(TIMEOUT_S, forget, own_port)
    return None
