"""An event loop in a thread of its own, for callers that have none, or one that must not wait."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, Self, TypeVar

T = TypeVar("T")
LOG = logging.getLogger("lab")


class LoopThread:
    """Runs coroutines for a caller who waits; lasts until :meth:`close`, and never keeps a program from ending."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lab", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, work: Coroutine[Any, Any, T], interrupt: Callable[[], object]) -> T:
        """The work's result. Ctrl-C calls ``interrupt`` in the loop, waits for the work to end, and is raised again."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            self._loop.call_soon_threadsafe(interrupt)
            _wait(future)
            raise

    @property
    def closed(self) -> bool:
        """Whether nothing can be called any more."""
        return self._loop.is_closed()

    def close(self) -> None:
        """End the loop and its thread. Idempotent."""
        if self.closed:
            return
        with suppress(RuntimeError):
            asyncio.run_coroutine_threadsafe(self._loop.shutdown_asyncgens(), self._loop).result()
            asyncio.run_coroutine_threadsafe(self._loop.shutdown_default_executor(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _wait(future: Future[T]) -> None:
    """Until the work has ended, however: a second Ctrl-C does not cut a rollback short."""
    while True:
        try:
            future.exception()
        except CancelledError:
            return
        except KeyboardInterrupt:
            LOG.warning("still rolling back; this ends by itself (each step has a deadline)")
        else:
            return
