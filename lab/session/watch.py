"""Work, and what may end it: tasks beside it that fail, a wish to stop. Nothing of that reaches a rollback.

under_watch(work, stop.asked, host.watch.failed, run.watch.failed)      the first of them ends the work
uninterrupted(rollback)                                                 goes to its end, whatever comes
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class Watch:
    """Tasks beside a run or a lab, e.g. its samples. ``failed`` gets the error of the first that fails."""

    def __init__(self) -> None:
        self.failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin a task; it lasts until :meth:`end`."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._done)
        self._tasks.append(task)

    def fail(self, error: BaseException) -> None:
        """Say that the work can't go on. The first error stands."""
        if not self.failed.done():
            self.failed.set_result(error)

    async def end(self) -> None:
        """End every task and wait until it has ended. Idempotent."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fail(first_of(error))


async def under_watch(work: Coroutine[Any, Any, T], *ends: asyncio.Future[BaseException]) -> T:
    """Do the work; end it early as soon as one of ``ends`` has an error, and raise that.

    The work is cancelled and has cleaned up before this returns. It runs in a task of its own, so that the caller
    is not cancelled: what the caller does afterwards can't be cut short by the same failure.
    """
    task = asyncio.create_task(work)
    awaited: set[asyncio.Future[Any]] = {task, *ends}
    try:
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
    finally:
        early = None if task.done() else next((end.result() for end in ends if end.done()), None)
        task.cancel()
        await uninterrupted(_ended(task))
    if early is not None:
        raise early from (None if task.cancelled() else task.exception())
    return task.result()


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Do the work to its end although the caller is cancelled meanwhile; that is raised afterwards.

    What the work itself raises comes first.
    """
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    result = task.result()
    if cancelled is not None:
        raise cancelled
    return result


def first_of(error: BaseException) -> BaseException:
    """The error itself: a group is only how a task of several parts hands on what one of them raised."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _ended(task: asyncio.Task[Any]) -> None:
    with suppress(asyncio.CancelledError):
        await asyncio.wait({task})
