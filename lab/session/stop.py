"""Ending a run before its end: the first who asks ends it, everyone after that hears that it rolls back."""

import asyncio

from lab.runner import AbortedByUser, Interrupted


class Stop:
    """A wish to end what runs: a signal's, a person's (`lab abort`), a caller's. Made in a running loop.

    Attributes:
        asked: gets the reason as an error; what runs is ended by it (``lab.session.watch``).
        ending: the run is over, by request or by itself: whoever asks now is too late.
        wanted: someone asked, in time or too late: no further run should be begun.
    """

    def __init__(self) -> None:
        self.asked: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self.ending = False
        self.wanted = False

    def ask(self, why: AbortedByUser | None = None) -> bool:
        """Ask for the end; None: a signal does. False: it ends already, and nothing changes."""
        self.wanted = True
        if self.ending or self.asked.done():
            return False
        self.ending = True
        self.asked.set_result(why or Interrupted("interrupted by a signal"))
        return True
