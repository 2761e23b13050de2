"""How a run ended, for the last line of its journal."""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

from lab.journal import JournalWriter
from lab.journal.events import RunClosed
from lab.runner import Aborted, NotSteady
from lab.runtime.base import SetupError

Outcome = Literal["completed", "aborted", "interrupted", "broken", "not-started"]


@dataclass(slots=True)
class RunOutcome:
    """How a run ended, as far as it is known. ``stuck`` could not be undone, ``standing`` not be taken down."""

    outcome: Outcome = "interrupted"
    reason: str = ""
    rollback_failed: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()

    def record(self, error: BaseException) -> None:
        """Take note of the exception that ended the run."""
        match error:
            case asyncio.CancelledError() | KeyboardInterrupt():
                self.outcome, self.reason = "interrupted", "interrupted by a signal"
            case NotSteady() | Aborted():
                self.outcome, self.reason = "aborted", str(error)
            case SetupError():
                self.outcome, self.reason = "not-started", str(error)
            case _:
                self.outcome, self.reason = "broken", f"{type(error).__name__}: {error}"

    def write(
        self,
        journal: JournalWriter,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Write the journal's last line, as the exit of a context.

        Where a task of the lab failed and had the rest cancelled, ``error`` is by now that task's own.
        """
        if self.outcome == "broken" and isinstance(error, Exception):
            self.record(error)
        journal.write(self.closed())

    def closed(self) -> RunClosed:
        """As the journal says it."""
        left = self.rollback_failed + self.standing
        return RunClosed(outcome=self.outcome, reason=self.reason, clean=not left, left=left)
