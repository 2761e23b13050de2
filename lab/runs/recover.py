"""Clean up after labs that were killed together with their watchdog, from their ledgers alone."""

import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from filelock import AsyncFileLock, Timeout

from chaos.change import Change
from chaos.errors import ChaosError
from chaos.lease import LEASE_S, why_expired
from chaos.ledger.ledger import Account, LedgerError, is_closed, read_ledger
from chaos.watchdog import LEASE, Watchdog, watchdog_alive
from lab.runs.folder import RunFolder, list_runs
from lab.runs.registry import leave, registered
from lab.runs.remedy import remedy

TURN_S = 120.0
LATELY_S = 3 * LEASE_S


@dataclass(frozen=True, slots=True)
class Recovered:
    """What came of one abandoned run; as long as something is ``left``, its ledger stays open for another try."""

    run: str
    folder: Path
    undone: tuple[str, ...]
    left: tuple[str, ...]

    def __str__(self) -> str:
        done = f"{self.run}: undone: {'; '.join(self.undone) or 'nothing was active'}"
        if not self.left:
            return done
        return (
            f"{done}\n  left: {'; '.join(self.left)}\n  to forget it, once that is gone: remove {self.folder}"
        )


def open_runs(home: Path) -> list[RunFolder]:
    """The runs whose ledger is not closed: those that the machine knows of, and those kept here."""
    here = [run for run in list_runs(home) if not is_closed(run.ledger)]
    return list({run.path.resolve(): run for run in [*registered(), *here]}.values())


def abandoned(home: Path) -> list[RunFolder]:
    """Of those, the ones whose owner is gone, and that no watchdog looks after."""
    return [run for run in open_runs(home) if _abandoned_account(run) is not None]


async def recover(home: Path) -> AsyncIterator[Recovered]:
    """Undo what is left of every abandoned run, one after the other, and report of each what came of it.

    Two at once do no harm: one cleans up after a run, the other waits for it and finds nothing left to do.
    """
    for run in open_runs(home):
        if (wrong := _unreadable(run)) is not None:
            yield Recovered(run.name, run.path, (), (wrong,))
        elif _abandoned_account(run) is not None and (done := await _tried(run)) is not None:
            yield done


async def _tried(run: RunFolder) -> Recovered | None:
    """Clean up after a run; what stands in the way of that is what is left, and no reason to pass the others over."""
    try:
        return await _in_turn(run)
    except OSError as error:
        why = f"{error.strerror or error}: {error.filename or run.path}. {remedy(run.path, error)}"
        return Recovered(run.name, run.path, (), (why,))
    except ChaosError as error:
        return Recovered(run.name, run.path, (), (str(error),))


def _unreadable(run: RunFolder) -> str | None:
    """Why it is unknown what the run did; a ledger without a single whole line is of a run that did nothing."""
    try:
        if b"\n" in run.ledger.read_bytes():
            read_ledger(run.ledger)
    except FileNotFoundError:  # entered, and not begun
        return None
    except (OSError, LedgerError) as error:
        return f"{error}. Look there at what the run owned, and end it there"
    return None


def _abandoned_account(run: RunFolder) -> Account | None:
    """The ledger of a run that no one looks after; None: someone does, or there is nothing to do."""
    try:
        account = read_ledger(run.ledger)
    except LedgerError:
        return None
    if account.header.of_this_boot():
        cared_for = account.header.owner_alive() or watchdog_alive(run.path)
    else:
        cared_for = _renewed_lately(run)
    return None if account.closed or cared_for else account


def _renewed_lately(run: RunFolder) -> bool:
    """Whether someone renews the lease although no pid of this machine shows it: on another one that has this disk."""
    try:
        return time.time() - (run.path / LEASE).stat().st_mtime < LATELY_S
    except FileNotFoundError:
        return False


async def _in_turn(run: RunFolder) -> Recovered | None:
    """Clean up after a run, unless someone else has done so meanwhile (None)."""
    lock = AsyncFileLock(run.path / "recover.lock", poll_interval=0.1, run_in_executor=False)
    try:
        await lock.acquire(timeout=TURN_S)
    except Timeout:
        return Recovered(
            run.name, run.path, (), (f"another `lab recover` has been at it for {TURN_S:g} s: end that one",)
        )
    try:
        account = _abandoned_account(run)
        return None if account is None else await _take_over(run, account)
    finally:
        await lock.release()


async def _take_over(run: RunFolder, account: Account) -> Recovered:
    """What its watchdog would have done."""
    watchdog = Watchdog(run.path, log=partial(_log, run.logs / "recover.log"), engine_back_s=0)
    left = await watchdog.take_over(_why(run, account))
    if not left:
        leave(run)
    undone = dict.fromkeys(map(_said, filter(lambda one: one.state == "reverted", watchdog.changes)))
    return Recovered(run.name, run.path, (*undone, *watchdog.taken_down), tuple(left))


def _log(file: Path, text: str) -> None:
    """Add a line. A disk without room for it is no reason to leave a fault active."""
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        with file.open("a") as log:
            log.write(f"{text}\n")


def _why(run: RunFolder, account: Account) -> str:
    if not account.header.of_this_boot():
        return "the machine was started anew since"
    owner = account.header.owner_pid
    return why_expired(run.path / LEASE) or f"the owner, process {owner}, is gone"


def _said(change: Change) -> str:
    gone = " (gone with its target)" if "gone" in (change.readback or {}) else ""
    return f"{change.name} ({change.fault} on {change.target}){gone}"
