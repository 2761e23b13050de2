"""What cleans up if this process can't: a ledger of all that was done, a lease, and a watchdog that reads both."""

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from chaos.errors import UnguardedError
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
from lab.session.watch import Watch

RENEWALS = 5
"""So often a lease is renewed in the time for which it holds: every second, with its usual length."""
LOOK_EVERY_S = 0.5
REPLACED_S = 5.0
"""So long whoever wants to apply something waits for a watchdog that is being replaced."""

ENDS_WITHIN_S = 5.0
"""So long a watchdog may take to see that nothing is left to watch."""

RESTARTED = "the watchdog had died; another one watches this run now"


@dataclass(frozen=True, slots=True)
class Guard:
    """What cleans up if this process can't."""

    ledger: Ledger
    lease: Lease
    watchdog_alive: Callable[[], bool]


@asynccontextmanager
async def guarded(folder: RunFolder, journal: JournalWriter, watch: Watch) -> AsyncIterator[Guard]:
    """Ledger, lease and watchdog; once everything is undone the ledger is closed, and the watchdog ends by itself.

    A watchdog that dies is replaced. Where that fails, or the lease can't be renewed, ``watch`` fails: the run is
    ended, since nothing may be active without one. The lease is renewed as often as it can be until all is undone.
    """
    pid = os.getpid()
    owner = (pid, started_ticks(pid) or 0)
    registry.enter(folder)
    ledger = Ledger.create(folder.ledger, folder.name, journal.origin_s, owner)
    lease = Lease(folder.path / "lease")
    ticker = Ticker(lambda: journal.now_s)

    async def keep_watched() -> None:
        while True:
            await ticker.until(journal.now_s + LOOK_EVERY_S)
            if not watchdog_alive(folder.path):
                await start_watchdog(folder.path)
                journal.write(NoteWritten(by="lab", role="session", kind="watchdog", text=RESTARTED))

    try:
        lease.renew()
        await start_watchdog(folder.path)
        watch.start(keep_renewed(lease, watch.fail))
        watch.start(keep_watched())
        yield Guard(ledger, lease, partial(watchdog_alive, folder.path))
    finally:
        await watch.end()
        if ledger.account.done():
            await _settle(folder, ledger, lease)
        # What could not be undone stays open: the watchdog tries again when this process is gone, then lab recover.


async def keep_renewed(lease: Lease, fail: Callable[[UnguardedError], None]) -> None:
    """Renew a lease until cancelled; where it can't be written, ``fail`` gets the error, and it is tried again.

    Raises:
        LeaseLostError: it expired before, and the watchdog has taken over.
    """
    ticker = Ticker(time.monotonic)
    while True:
        try:
            lease.renew()
        except OSError as error:
            fail(UnguardedError(f"the lease {lease.path} can't be renewed: {error.strerror or error}"))
        await ticker.until(time.monotonic() + lease.length_s / RENEWALS)


async def _settle(folder: RunFolder, ledger: Ledger, lease: Lease) -> None:
    """Nothing is left of the run: the watchdog may go."""
    ledger.close("session")
    try:
        await wait_until(lambda: not watchdog_alive(folder.path), ENDS_WITHIN_S, "the watchdog to end")
    finally:
        lease.path.unlink(missing_ok=True)
        registry.leave(folder)
