"""Showing a run while it lasts: the view that fits the terminal, fed by events, drawn a few times a second."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from rich.console import Console

from lab.analysis import Timeline, summarise
from lab.cli.output import OutputLostError
from lab.drillfile import Drill
from lab.journal.events import EVENT, Event, RunOpened
from lab.probes import Ticker
from lab.report.terminal import View, say_verdict, view_for
from lab.session import Result, RunFolder

DRAW_EVERY_S = 0.5


class Viewing:
    """One view on one timeline. The run's clock goes on between two events.

    Args:
        timeline: fed by whoever records the run, before :meth:`show` is called; None: by the view itself.
    """

    def __init__(
        self,
        console: Console,
        drill: Drill,
        runtime: str,
        folder: RunFolder,
        timeline: Timeline | None = None,
    ) -> None:
        self._view: View = view_for(console, drill, runtime, folder.name)
        self._newest = (0.0, time.monotonic())
        self._drawing: asyncio.Task[None] | None = None
        self._feeds = timeline is None
        self.timeline = Timeline() if timeline is None else timeline

    def show(self, event: Event) -> None:
        """Take an event; it is shown for as long as the view is open."""
        if self._feeds:
            self.timeline.feed(event)
        self._newest = (max(self._newest[0], event.t), time.monotonic())
        if self._drawing is not None:
            self._view.feed(event)

    def begin(self) -> None:
        """Draw from now on, in the running loop."""
        self._view.__enter__()
        self._drawing = asyncio.create_task(self._draw())

    def end(self) -> None:
        """Draw no more. Idempotent."""
        if self._drawing is None:
            return
        self._drawing.cancel()
        self._drawing = None
        with suppress(OutputLostError, OSError):
            self._view.__exit__(None, None, None)

    async def _draw(self) -> None:
        ticker = Ticker(time.monotonic)
        while True:
            newest_s, seen = self._newest
            try:
                self._view.tick(self.timeline, newest_s + time.monotonic() - seen)
            except (Exception, SystemExit):  # noqa: BLE001 - a closed pipe, an odd terminal: the run goes on unseen
                return
            await ticker.until(time.monotonic() + DRAW_EVERY_S)


async def watch_stream(console: Console, folder: RunFolder, lines: AsyncIterator[str]) -> None:
    """The view of a lab that lives in another process, from its stream of events; ends with that lab."""
    opened = RunOpened.model_validate_json(await anext(lines))
    runtime = f"{opened.runtime}, interactive" if folder.interactive else opened.runtime
    viewing = Viewing(console, Drill.model_validate(opened.drill), runtime, folder)
    viewing.begin()
    try:
        viewing.show(opened)
        async for line in lines:
            viewing.show(EVENT.validate_json(line))
    finally:
        viewing.end()


def show_verdict(console: Console, result: Result) -> None:
    """The verdict of a finished run, and where its report is."""
    if result.error is not None and result.verdict.outcome in {"not-started", "broken"}:
        console.print(f"\n{result.error}\n", markup=False, highlight=False)
    summary = summarise(result.verdict, result.timeline)
    say_verdict(console, result.verdict, summary, result.folder.report, result.timeline)
