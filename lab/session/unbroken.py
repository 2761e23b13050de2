"""Work that a signal must not cut short: taking a lab down."""

import asyncio
from collections.abc import Coroutine


async def unbroken(work: Coroutine[None, None, None]) -> None:
    """Do all of ``work`` although this task is cancelled meanwhile, and be cancelled when it is done.

    Raises:
        asyncio.CancelledError: somebody cancelled this task; the work was done all the same.
    """
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as signal:
            cancelled = signal
    task.result()
    if cancelled is not None:
        raise cancelled
