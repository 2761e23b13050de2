"""What is about to change the world, on disk before it does: enough to undo it without drill or runtime.

    {"type": "opened",  "schema": 1, "run", "epoch_s", "boot", "owner_pid", "owner_started_ticks"}
    {"type": "owned",   "action"}                      take this down when the owner is gone
    {"type": "recorded", "journal", "epoch_s"}         a run on this lab has a journal of its own: end that, too
    {"type": "intended", "id", "kind", ..., "steps": [{"action", "inverse"}]}
    {"type": "settled", "id", "state", "error"}        applied, refused, reverted or stuck
    {"type": "released"}                               what was owned is taken down
    {"type": "closed",  "by"}                          nothing of the run is left

Every line is synced before the world is touched. A reader takes a torn last line for not written; nothing
came of it, as the write would have come first.
"""

from pathlib import Path
from typing import Any

from chaos.actions import BaseAction
from chaos.ledger.jsonl import append_line
from chaos.ledger.ledger_state import (
    Account,
    AppliedStep,
    Header,
    Intent,
    LedgerError,
    LedgerState,
    boot_id,
    is_closed,
    read_ledger,
)

__all__ = [
    "Account",
    "AppliedStep",
    "Header",
    "Intent",
    "Ledger",
    "LedgerError",
    "LedgerState",
    "is_closed",
    "read_ledger",
]


class Ledger:
    """The writer. One process writes at a time: the owner, or the watchdog after it has taken over."""

    def __init__(self, path: Path, account: Account) -> None:
        self.path = path
        self.account = account

    @classmethod
    def create(cls, path: Path, run: str, epoch_s: int, owner: tuple[int, int]) -> "Ledger":
        """Begin a run's ledger. ``owner`` is pid and start ticks of whoever renews the lease.

        Raises:
            LedgerError: there is one already (the run has an owner), or it can't be written.
        """
        header = Header(
            run=run, epoch_s=epoch_s, boot=boot_id(), owner_pid=owner[0], owner_started_ticks=owner[1]
        )
        try:
            with path.open("x"):
                pass
        except FileExistsError:
            raise LedgerError(refusal(path)) from None
        except OSError as error:
            raise LedgerError(f"the ledger {path} can't be begun: {error}") from error
        ledger = cls(path, Account(header))
        ledger._write({"type": "opened", **header.model_dump()})
        return ledger

    @classmethod
    def open(cls, path: Path) -> "Ledger":
        """Go on with a ledger that someone else began."""
        return cls(path, read_ledger(path))

    def own(self, action: BaseAction) -> None:
        """Register what takes down all that the run starts; before anything is started."""
        self._write({"type": "owned", "action": action.model_dump(mode="json")})

    def record(self, journal: Path, epoch_s: int | None) -> None:
        """A run on this lab has a journal of its own, whose clock begins at ``epoch_s``; None: it has its end."""
        self._write({"type": "recorded", "journal": str(journal), "epoch_s": epoch_s})

    def release(self) -> None:
        """What the run owns is taken down: nothing else needs to do it."""
        self._write({"type": "released"})

    def intend(self, intent: Intent) -> None:
        """Write down what is about to be done, and how to undo it."""
        self._write({"type": "intended", **intent.model_dump(mode="json")})

    def settle(self, action_id: str, state: LedgerState, error: str | None = None) -> None:
        """Write down what came of it."""
        self._write({"type": "settled", "id": action_id, "state": state, "error": error})

    def close(self, by: str) -> None:
        """Nothing more to come, nothing is left: the watchdog ends, `lab recover` passes it over."""
        self._write({"type": "closed", "by": by})

    def _write(self, line: dict[str, Any]) -> None:
        try:
            append_line(self.path, line)
        except OSError as error:
            raise LedgerError(
                f"the ledger {self.path} can't be written: {error.strerror or error}"
            ) from error
        self.account.take(line)


def refusal(path: Path) -> str:
    """What a second owner reads: who has the run, and what to do."""
    try:
        account = read_ledger(path)
    except LedgerError as error:
        return f"the run in {path.parent} has an owner already: {error}. Choose another folder"
    header = account.header
    if account.closed:
        state = "it has ended. Choose another folder"
    elif header.owner_alive():
        state = f"process {header.owner_pid}, which is alive. End it by Ctrl-C or `lab down`, or choose another folder"
    else:
        state = f"process {header.owner_pid}, which is gone. Call `lab recover`, then choose another folder"
    return f"the run {header.run} in {path.parent} has an owner already: {state}"
