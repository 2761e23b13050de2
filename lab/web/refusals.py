"""What was refused, in the lab's journal: a note at once, then one a while at most, so that no one can flood it."""

import asyncio
from collections.abc import Awaitable, Callable

EVERY_S = 10.0
MOST_TEXT = 200


class Refusals:
    """Counts those between two notes; the next note says how many they were.

    Args:
        write: writes a note; what it raises is the lab's trouble, not the page's.
    """

    def __init__(self, write: Callable[[str], Awaitable[None]]) -> None:
        self._write = write
        self._unsaid = 0
        self._newest = ""
        self._pause: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    def add(self, what: str) -> None:
        """Take one note of what was refused, and why."""
        self._unsaid += 1
        self._newest = what[:MOST_TEXT]
        if self._pause is None:
            self._say()

    def _say(self) -> None:
        self._pause = None
        if not self._unsaid:
            return
        more = f" (the last of {self._unsaid})" if self._unsaid > 1 else ""
        task = asyncio.create_task(self._try(f"refused on the live page: {self._newest}{more}"))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        self._unsaid = 0
        self._pause = asyncio.get_running_loop().call_later(EVERY_S, self._say)

    async def _try(self, text: str) -> None:
        try:
            await self._write(text)
        except Exception:  # noqa: BLE001 - no lab is up, or it can't write: there is no journal to write to
            return
