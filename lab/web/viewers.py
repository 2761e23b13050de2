"""Who looks on: a bounded queue each, all of the same bytes. One that reads too slowly is dropped, and can resume."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MOST_WAITING = 60
"""Messages that a viewer may be behind: half a minute of them."""


@dataclass(eq=False, slots=True)
class Viewer:
    """One browser. ``dropped``: it was too slow, and nothing more comes."""

    queue: "asyncio.Queue[bytes]" = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    dropped: asyncio.Event = field(default_factory=asyncio.Event)


class Viewers:
    """All of them."""

    def __init__(self) -> None:
        self._here: set[Viewer] = set()

    def __len__(self) -> int:
        return len(self._here)

    @contextmanager
    def listen(self) -> Iterator[Viewer]:
        """One more, while the context is open."""
        viewer = Viewer()
        self._here.add(viewer)
        try:
            yield viewer
        finally:
            self._here.discard(viewer)

    def send(self, messages: Iterable[bytes]) -> None:
        """Put messages into every queue; never waits."""
        for message in messages:
            for viewer in tuple(self._here):
                try:
                    viewer.queue.put_nowait(message)
                except asyncio.QueueFull:
                    self._drop(viewer)

    def drop_all(self) -> None:
        """Let everyone go: the server ends."""
        for viewer in tuple(self._here):
            self._drop(viewer)

    def _drop(self, viewer: Viewer) -> None:
        self._here.discard(viewer)
        viewer.dropped.set()
