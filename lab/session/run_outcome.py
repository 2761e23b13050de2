"""How a run ended, for the last line of its journal and for whoever asked for it."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from lab.journal.events import RunClosed
from lab.runner import Aborted, Interrupted, NotSteady
from lab.runtime.base import SetupError

RunEnd = Literal["completed", "aborted", "interrupted", "broken", "not-started"]


@dataclass(slots=True)
class RunOutcome:
    """How a run ended, as far as it is known.

    Attributes:
        error: what ended it early, or went wrong while it was taken down; None: neither.
        left: what could not be undone or taken down, as far as it was tried.
    """

    outcome: RunEnd = "interrupted"
    reason: str = ""
    error: BaseException | None = None
    left: tuple[str, ...] = ()

    def completed(self) -> None:
        """All phases ran."""
        self.outcome, self.reason = "completed", "all phases ran"

    def record(self, error: BaseException) -> None:
        """Take note of the exception that ended the run."""
        self.error = error
        match error:
            case asyncio.CancelledError() | KeyboardInterrupt() | Interrupted():
                self.outcome, self.reason = "interrupted", "interrupted by a signal"
            case NotSteady() | Aborted():
                self.outcome, self.reason = "aborted", str(error)
            case SetupError():
                self.outcome, self.reason = "not-started", str(error)
            case _:
                self.outcome, self.reason = "broken", f"{type(error).__name__}: {error}"

    def failed_afterwards(self, what: str, error: BaseException) -> None:
        """Take note of what went wrong while the run was rolled back or taken down: that is never a good end."""
        if self.outcome == "broken" and self.error is not None:  # the first fault explains most
            return
        before = (
            f"{self.outcome}, but " if self.outcome == "completed" else f"{self.outcome} ({self.reason}); "
        )
        self.outcome, self.error = "broken", error
        self.reason = f"{before}{what} failed: {type(error).__name__}: {error}"

    def closed(self) -> RunClosed:
        """As the journal says it."""
        return RunClosed(outcome=self.outcome, reason=self.reason, clean=not self.left, left=self.left)
