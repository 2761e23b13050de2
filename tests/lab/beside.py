"""A task beside a test's body, as a run has its watchers."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from lab.session.watch import Watch


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[Watch]:
    """It lasts as long as the context; that it failed is an error of the test."""
    watch = Watch()
    watch.start(work)
    try:
        yield watch
    finally:
        await watch.end()
    assert not watch.failed.done(), watch.failed.result()
