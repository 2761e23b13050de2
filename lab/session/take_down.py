"""The ends of a lab, newest first; one that fails is the run's ending, and keeps no other from happening."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TypeVar

from lab.session.run_outcome import RunOutcome

T = TypeVar("T")


class TakeDown:
    """What is to be done when a lab ends. ``failed``: the first end that could not be done."""

    def __init__(self, ending: RunOutcome) -> None:
        self.failed: BaseException | None = None
        self._ending = ending
        self._ends: list[tuple[str, Callable[[], Awaitable[object]]]] = []

    def add(self, what: str, end: Callable[[], Awaitable[object]]) -> None:
        """Have ``end`` done before everything that was added earlier; ``what`` completes "... failed"."""
        self._ends.append((what, end))

    async def enter(self, what: str, context: AbstractAsyncContextManager[T]) -> T:
        """Enter a context; leaving it is an end."""
        value = await context.__aenter__()
        self.add(what, partial(context.__aexit__, None, None, None))
        return value

    async def run(self) -> None:
        """Do all of them."""
        while self._ends:
            what, end = self._ends.pop()
            try:
                await end()
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the others are done all the same
                self.failed = self.failed or error
                self._ending.failed_afterwards(what, error)
