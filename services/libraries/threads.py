"""A thread for each call of a library that blocks: as many as requests need, so that no pool is a bulkhead.

    call ─▶ room for one more thread? ─▶ thread ─▶ the library, blocking ─▶ the call's answer
                    └ no: waits, and is counted in `queued`, which must stay 0

A pool of a few threads (asyncio's own has 5 a core) would hold a storm down by making requests wait inside the
service, where no one counts them. A call whose client is gone can't be stopped: its thread goes on for as
long as the library does, as in any server of threads. Threads are daemons, so the process can end in spite of them.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from services.libraries.library import Blocking, Reply

MOST = 4096
"""Threads at once: 40 s of 100 requests/s that never end. A thread costs about 60 kB."""


class Threaded:
    """A blocking library as a `Library`."""

    def __init__(self, library: Blocking, most: int = MOST) -> None:
        self._library = library
        self._room = asyncio.Semaphore(most)
        self._queued = 0

    @property
    def queued(self) -> int:
        """Calls that wait for a thread."""
        return self._queued

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """The library's answer, from a thread of this call's own."""
        self._queued += 1
        try:
            await self._room.acquire()
        finally:
            self._queued -= 1
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Reply] = loop.create_future()

        def work() -> None:
            try:
                end = _returned(self._library.get(url, headers))
            except Exception as error:  # noqa: BLE001 - whatever the library raises is the call's
                end = _raised(error)
            with suppress(RuntimeError):  # the loop is closed: no one waits for it any more
                loop.call_soon_threadsafe(self._ended, reply, end)

        try:
            threading.Thread(target=work, name=f"get {url}", daemon=True).start()
        except RuntimeError:  # the machine has no more threads
            self._room.release()
            raise
        return await reply

    async def close(self) -> None:
        """Close the library; threads under way end when it lets them."""
        self._library.close()

    def _ended(self, reply: asyncio.Future[Reply], end: "_End") -> None:
        self._room.release()
        if not reply.cancelled():
            end(reply)


_End = Callable[[asyncio.Future[Reply]], None]


def _returned(value: Reply) -> _End:
    return lambda reply: reply.set_result(value)


def _raised(error: Exception) -> _End:
    return lambda reply: reply.set_exception(error)
