"""What a lab has recorded, and what it goes on to record: from its journal's file, then as it happens."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from lab.journal.events import EVENT, Event, RunClosed
from lab.runs.folder import RunFolder
from lab.session import Host


async def recorded(
    folder: RunFolder, host: Host | None, after: int, *, follow: bool
) -> AsyncGenerator[Event, None]:
    """Events with a ``seq`` above ``after``; with ``follow`` and a living host, until its journal's last line.

    Whoever reads more slowly than the lab writes is served from the file again: nothing waits for them.
    """
    while True:
        if host is None or not follow:
            for event in await asyncio.to_thread(_lines, folder.journal, after, None):
                yield event
            return
        with host.listen() as queue:
            written = folder.journal.stat().st_size
            for event in await asyncio.to_thread(_lines, folder.journal, after, written):
                after = event.seq
                yield event
                if isinstance(event, RunClosed):
                    return
            while (event_or_none := await queue.get()) is not None:
                after = event_or_none.seq
                yield event_or_none
                if isinstance(event_or_none, RunClosed):
                    return


def _lines(journal: Path, after: int, most_bytes: int | None) -> list[Event]:
    with journal.open("rb") as file:
        whole = file.read() if most_bytes is None else file.read(most_bytes)
    lines = whole.split(b"\n")[:-1]
    events = (EVENT.validate_json(line) for line in lines)
    return [event for event in events if event.seq > after]
