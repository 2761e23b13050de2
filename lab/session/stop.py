"""Ending a run before its end: the first who asks has it cancelled, everybody after that hears that it rolls back."""

import asyncio

from lab.runner import AbortedByUser


class Stop:
    """Cancels the task in which it was made, once; a signal asks for it, and ``lab abort``.

    Attributes:
        ending: the run is over, by request or by itself: a rollback under way must not be cut short.
        why: what whoever asked said; None: a signal, or nobody.
    """

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self.ending = False
        self.why: AbortedByUser | None = None

    def ask(self, why: AbortedByUser | None = None) -> bool:
        """Ask for the end. False: the run ends already, and nothing is cancelled."""
        if self.ending or self._task is None:
            return False
        self.ending, self.why = True, why
        self._task.cancel()
        return True

    def cause(self, error: BaseException) -> BaseException:
        """What ended the run, where ``error`` did. Behind a cancellation stands whoever asked for it."""
        asked, self.ending = self.ending, True
        if self._task is None or not isinstance(error, asyncio.CancelledError):
            return error
        if not asked:  # its own error comes up as the session is taken apart
            return RuntimeError("one of the lab's own tasks failed")
        if self.why is None:
            return error
        self._task.uncancel()
        return self.why
