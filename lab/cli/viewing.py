"""Showing a run while it lasts: the view that fits the terminal, fed by events, drawn a few times a second."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console

from lab.analysis import Timeline, summarise
from lab.drillfile import Drill
from lab.journal.events import EVENT, Event, RunOpened
from lab.probes import Ticker
from lab.report.terminal import View, say_verdict, view_for
from lab.session import Result, RunFolder

DRAW_EVERY_S = 0.5


class Viewing:
    """One view on one timeline. The run's clock goes on between two events."""

    def __init__(self, console: Console, drill: Drill, runtime: str, folder: RunFolder) -> None:
        self._console = console
        self._view: View = view_for(console, drill, runtime, folder.name)
        self._newest = (0.0, time.monotonic())
        self._open = False
        self.timeline = Timeline()

    def tell(self, event: Event) -> None:
        """Take an event, which ``timeline`` has been fed before; it is told for as long as the view is open."""
        self._newest = (max(self._newest[0], event.t), time.monotonic())
        if self._open:
            self._view.feed(event)

    def hear(self, event: Event) -> None:
        """Take an event of a lab that nothing else feeds into ``timeline``; in view, and no longer."""
        if self._open:
            self.timeline.feed(event)
            self.tell(event)

    def say(self, text: str) -> None:
        """A word to whoever watches."""
        self._console.print(text, markup=False, highlight=False)

    @asynccontextmanager
    async def showing(self) -> AsyncIterator[None]:
        """Draw while the context is open."""
        with self._view:
            self._open = True
            task = asyncio.create_task(self._draw())
            try:
                yield
            finally:
                self._open = False
                task.cancel()

    async def _draw(self) -> None:
        ticker = Ticker(time.monotonic)
        while self._open:
            newest_s, seen = self._newest
            try:
                self._view.tick(self.timeline, newest_s + time.monotonic() - seen)
            except (Exception, SystemExit):  # noqa: BLE001 - a closed pipe, an odd terminal: the run goes on unseen
                self._open = False
            await ticker.until(time.monotonic() + DRAW_EVERY_S)


async def watch_stream(console: Console, folder: RunFolder, lines: AsyncIterator[str]) -> None:
    """The view of a lab that lives in another process, from its stream of events; ends with that lab."""
    opened = RunOpened.model_validate_json(await anext(lines))
    runtime = f"{opened.runtime}, by hand" if folder.interactive else opened.runtime
    viewing = Viewing(console, Drill.model_validate(opened.drill), runtime, folder)
    viewing.timeline.feed(opened)
    async with viewing.showing():
        async for line in lines:
            event = EVENT.validate_json(line)
            viewing.timeline.feed(event)
            viewing.tell(event)


def show_verdict(console: Console, result: Result) -> None:
    """What a finished run comes to, and where its report lies."""
    if result.error is not None and result.verdict.outcome in {"not-started", "broken"}:
        console.print(f"\n{result.error}\n", markup=False, highlight=False)
    say_verdict(console, result.verdict, summarise(result.verdict), result.folder.report, result.timeline)
