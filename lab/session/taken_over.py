"""The end of a run that the watchdog took over: the watchdog writes it, a moment after the lab itself gave up."""

from pathlib import Path

from chaos.lease import LeaseLostError
from chaos.wait import WaitTimeoutError, wait_until
from lab.journal import JournalWriter, TakenOverError, read
from lab.journal.events import RunClosed
from lab.session.run_outcome import RunOutcome

TAKEN_OVER = (LeaseLostError, TakenOverError)
"""The watchdog took this process for dead and ended the run: how it ended is in the journal's last line."""
WRITTEN_S = 30.0
"""How long that line may take: the watchdog undoes everything before it."""


async def write_end(journal: JournalWriter, ending: RunOutcome) -> None:
    """Write a journal's last line. That of a run which was taken over is the watchdog's, as long as it writes one.

    Raises:
        JournalError: it can't be written.
    """
    if isinstance(ending.error, TAKEN_OVER) and await ended_by_watchdog(journal.path) is not None:
        return
    journal.write(ending.closed())


async def ended_by_watchdog(journal: Path) -> RunClosed | None:
    """How the watchdog ended the run, once it has said so; None: it has not within 30 s."""
    try:
        return await wait_until(
            lambda: read(journal).closed, WRITTEN_S, "the watchdog to end the run", every_s=0.2
        )
    except WaitTimeoutError:
        return None
