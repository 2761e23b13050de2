"""The terminal: a live view, plain lines where there is no terminal, and the verdict at the end.

with view_for(console, drill, runtime, run_name) as view:   # LiveView or PlainView
    view.feed(event)                                        # every event, as it comes
    view.tick(timeline, now_s)                              # a few times a second
say_verdict(console, verdict, summary, path, timeline)
"""

from typing import Protocol, Self

from rich.console import Console

from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.model import Drill
from lab.journal.events import Event
from lab.report.terminal.ink import can_draw
from lab.report.terminal.live import LiveView
from lab.report.terminal.plain import LEAST_HEIGHT, LEAST_WIDTH, PlainView
from lab.report.terminal.verdict import say_verdict, verdict_panel, verdict_text

__all__ = ["LiveView", "PlainView", "View", "say_verdict", "verdict_panel", "verdict_text", "view_for"]


class View(Protocol):
    """What the runner reports of a run while it lasts."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def feed(self, event: Event) -> None:
        """Take the next event."""
        ...

    def tick(self, timeline: Timeline, now_s: float) -> None:
        """Show how things stand, if it is time to."""
        ...


def view_for(console: Console, drill: Drill, runtime: str, run_name: str) -> View:
    """The live view where the terminal can show it, else plain lines."""
    fits = console.width >= LEAST_WIDTH and console.height >= LEAST_HEIGHT
    if console.is_terminal and not console.is_dumb_terminal and fits and can_draw(console):
        return LiveView(console, drill, runtime)
    return PlainView(console, drill, runtime, run_name)
