"""aiohttp sessions: new connections or a pool, from the service's own address, closed after the last use."""

import asyncio
from collections.abc import Mapping

import aiohttp
from yarl import URL

from services.client.connector import AttemptConnector


def open_session(
    *, pooled: bool, bridge: str | None, source: str | None, limit: int = 0, raw: bool = False
) -> aiohttp.ClientSession:
    """A session without cookies or retries of its own; each request is made for the ATTEMPT of its task.

    Args:
        pooled: Keep connections alive; else a new one for each attempt.
        bridge: The proxy that everything goes through; None: directly.
        source: The address that connections come from; None: the system chooses.
        limit: So many connections at once at most; 0: as many as needed.
        raw: For a proxy: bodies stay as they are, no header is added.
    """
    proxy = None if bridge is None else URL(bridge)
    session = aiohttp.ClientSession(
        connector=AttemptConnector(proxy, source, pooled=pooled, limit=limit),
        cookie_jar=aiohttp.DummyCookieJar(),
        proxy=proxy,
        auto_decompress=not raw,
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type") if raw else None,
    )
    # aiohttp would send an idempotent request again by itself when a reused connection turns out to be dead:
    # an attempt that no one asked for. There is no public switch (3.14, `retry_persistent_connection`).
    session._retry_connection = False  # noqa: SLF001
    return session


class SessionRef:
    """One session and how many attempts use it.

    Args:
        session: The session.
        limited: Whether its attempts may have to wait for a connection.
    """

    def __init__(self, session: aiohttp.ClientSession, *, limited: bool) -> None:
        self.session = session
        self.limited = limited
        self.users = 0


class ClientSessions:
    """The session in use; one that was replaced is closed when its last attempt has ended.

    Args:
        devices: By name the proxy that everything goes through; None: directly.
        source: The address that connections come from; None: the system chooses.
        raw: As `open_session` has it.
    """

    def __init__(self, devices: Mapping[str, str | None], source: str | None, *, raw: bool = False) -> None:
        self._devices = devices
        self._source = source
        self._raw = raw
        self._way: tuple[str, int, str] | None = None
        self._current: SessionRef | None = None
        self._replaced: set[SessionRef] = set()
        self._closing: set[asyncio.Task[None]] = set()

    def use(self, connections: str, limit: int, device: str) -> None:
        """From the next attempt on: "new" connections or "pooled" ones, so many at once, over that device."""
        way = (connections, limit, device)
        if way == self._way:
            return
        if device not in self._devices:
            raise ValueError(f"there is no device {device!r} here (valid: {', '.join(self._devices)})")
        session = open_session(
            pooled=connections == "pooled",
            bridge=self._devices[device],
            source=self._source,
            limit=limit,
            raw=self._raw,
        )
        old, self._way = self._current, way
        self._current = SessionRef(session, limited=limit > 0)
        if old is not None:
            self._replaced.add(old)
            self._close_if_done(old)

    def borrow(self) -> SessionRef:
        """The session for one attempt, which keeps it until `give_back`, however often it is replaced meanwhile."""
        lease = self._current
        if lease is None:
            raise RuntimeError("the client has no session: it was never set up, or is closed")
        lease.users += 1
        return lease

    def give_back(self, lease: SessionRef) -> None:
        """The attempt that borrowed it has ended."""
        lease.users -= 1
        if self._replaced:
            self._close_if_done(lease)

    async def close(self) -> None:
        """Close everything, also what is in use."""
        if self._current is not None:
            self._replaced.add(self._current)
            self._current = None
        for lease in self._replaced:
            self._close_soon(lease)
        self._replaced.clear()
        while self._closing:
            await asyncio.gather(*self._closing)

    def _close_if_done(self, lease: SessionRef) -> None:
        if lease.users == 0 and lease in self._replaced:
            self._replaced.discard(lease)
            self._close_soon(lease)

    def _close_soon(self, lease: SessionRef) -> None:
        task = asyncio.get_running_loop().create_task(lease.session.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
