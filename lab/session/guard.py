"""What cleans up if this process can't: a ledger of all that was done, a lease, and a watchdog that reads both."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from chaos.lease import Lease
from chaos.ledger.ledger import Ledger
from chaos.process.identity import started_ticks
from chaos.wait import wait_until
from chaos.watchdog import start_watchdog, watchdog_alive
from lab.journal import JournalWriter
from lab.journal.events import NoteWritten
from lab.probes import Ticker
from lab.runs import registry
from lab.runs.folder import RunFolder

RENEW_S = 1.0
LOOK_EVERY_S = 0.5
REPLACED_S = 5.0
"""So long whoever wants to apply something waits for a watchdog that is being replaced."""

RESTARTED = "the watchdog had died; another one watches this run now"


@dataclass(frozen=True, slots=True)
class Guard:
    """What cleans up if this process can't."""

    ledger: Ledger
    lease: Lease
    watchdog_alive: Callable[[], bool]


@asynccontextmanager
async def guarded(folder: RunFolder, journal: JournalWriter) -> AsyncIterator[Guard]:
    """Ledger, lease and watchdog; once everything is undone the ledger is closed, and the watchdog ends by itself.

    A watchdog that dies is replaced; where that fails, the run is ended: nothing is active without one.
    """
    pid = os.getpid()
    owner = (pid, started_ticks(pid) or 0)
    registry.enter(folder)
    ledger = Ledger.create(folder.ledger, folder.name, journal.origin_s, owner)
    lease = Lease(folder.path / "lease")
    lease.renew()
    await start_watchdog(folder.path)
    ticker = Ticker(lambda: journal.now_s)

    async def renew() -> None:
        while True:
            lease.renew()
            await ticker.until(journal.now_s + RENEW_S)

    async def keep_watched() -> None:
        while True:
            await ticker.until(journal.now_s + LOOK_EVERY_S)
            if not watchdog_alive(folder.path):
                await start_watchdog(folder.path)
                journal.write(NoteWritten(by="lab", role="session", kind="watchdog", text=RESTARTED))

    try:
        async with running(renew()), running(keep_watched()):
            yield Guard(ledger, lease, partial(watchdog_alive, folder.path))
    finally:
        if ledger.account.done():
            ledger.close("session")
            await wait_until(lambda: not watchdog_alive(folder.path), 5.0, "the watchdog to end")
            lease.path.unlink(missing_ok=True)
            registry.leave(folder)
        # What could not be undone stays open: the watchdog tries again when this process is gone, then lab recover.


@asynccontextmanager
async def running(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """A task for as long as the context is open; its failure ends the context's body, and is what is raised."""
    owner = asyncio.current_task()
    task = asyncio.create_task(work)

    def failed(done: asyncio.Task[None]) -> None:
        if not done.cancelled() and done.exception() is not None and owner is not None:
            owner.cancel()

    task.add_done_callback(failed)
    try:
        yield
    finally:
        task.remove_done_callback(failed)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
