"""A worker limit with a queue in front of it: first come, first served; a full queue refuses."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class FullError(Exception):
    """All workers are busy and the queue is full."""


class Admission:
    """At most `workers` at work, at most `queue_limit` waiting. Both can be changed while running."""

    def __init__(self, workers: int, queue_limit: int) -> None:
        self._workers = workers
        self._queue_limit = queue_limit
        self._busy = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def depth(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def resize(self, workers: int, queue_limit: int) -> None:
        """New limits; who already waits keeps waiting."""
        self._workers = workers
        self._queue_limit = queue_limit
        self._admit()

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """Hold a worker, after waiting for it; raises FullError at once when the queue is full."""
        if self._busy < self._workers:
            self._busy += 1
        else:
            await self._wait()
        try:
            yield
        finally:
            self._busy -= 1
            self._admit()

    async def _wait(self) -> None:
        if len(self._waiting) >= self._queue_limit:
            raise FullError
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with suppress(ValueError):
                    self._waiting.remove(turn)
            else:  # the worker came together with the cancellation
                self._busy -= 1
                self._admit()
            raise

    def _admit(self) -> None:
        while self._waiting and self._busy < self._workers:
            turn = self._waiting.popleft()
            if not turn.done():
                self._busy += 1
                turn.set_result(None)
