"""How a campaign is ended before its end: each lab that it brings up has a wish to stop of its own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from lab.runner import AbortedByUser
from lab.session import Stop

Stops = Callable[[], AbstractContextManager[Stop]]
"""Opens one, in the running loop, for as long as a lab lives. A front door has signals ask for it, for instance."""


class Aborting:
    """Asked from any place of the loop, it ends the lab that lives and every one that would come after it."""

    def __init__(self) -> None:
        self._stop: Stop | None = None
        self._asked: list[AbortedByUser | None] = []

    @contextmanager
    def __call__(self) -> Iterator[Stop]:
        """The stop of one lab."""
        self._stop = Stop()
        try:
            for why in self._asked:
                self._stop.ask(why)
            yield self._stop
        finally:
            self._stop = None

    def ask(self, why: AbortedByUser | None = None) -> bool:
        """Ask for the end; None: as a signal does. False: what lives ends already."""
        self._asked.append(why)
        return self._stop is None or self._stop.ask(why)
