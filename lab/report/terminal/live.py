"""The live view: what happens now, on one screen of 80 x 24 or more."""

from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from lab.analysis.metrics.queueing_delay import useless_from_s
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.model import Drill
from lab.journal.events import Event
from lab.report import headline_figures as figures
from lab.report.terminal.bringup import BringUp
from lab.report.terminal.events import EventLines
from lab.report.terminal.latest import recent
from lab.report.terminal.phases import phase_lines
from lab.report.terminal.planes_now import plane_lines
from lab.report.terminal.playing import active_lines, is_played
from lab.report.terminal.table import bridge_lines, figure_table
from lab.report.words import clean

_WIDEST = 110
"""Wider lines are harder to read, not richer."""

_FIXED_LINES = 18
"""Lines of the view that are no events, with those of two planes."""

_EVENTS_MOST = 6


class LiveView:
    """Redraws in place, without the alternate screen: what was said stays in the scroll-back."""

    def __init__(self, console: Console, drill: Drill, runtime: str) -> None:
        self._console = console
        self._drill = drill
        self._runtime = runtime
        self._bringup = BringUp()
        self._events = EventLines()
        self._live = Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop")

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def feed(self, event: Event) -> None:
        """Take the next event."""
        self._bringup.feed(event)
        self._events.feed(event)

    def tick(self, timeline: Timeline, now_s: float) -> None:
        """Draw the present state. The caller sets the pace: one to four times a second."""
        self._live.update(self.render(timeline, now_s), refresh=True)

    def render(self, timeline: Timeline, now_s: float) -> RenderableType:
        """The whole view at a run time."""
        width = min(_WIDEST, self._console.width)
        shown = bool(timeline.phases) or is_played(timeline, now_s)
        planes = plane_lines(timeline, width) if shown else []
        events = max(1, min(_EVENTS_MOST, self._console.height - _FIXED_LINES))
        body = self._figures(timeline, now_s, width) if shown else self._bringup.render(width)
        return Group(
            self._title(now_s, width), body, *planes,
            _rule("what happened", width), self._events.render(events, width),
        )  # fmt: skip

    def _title(self, now_s: float, width: int) -> Text:
        """Drill and title at the left, runtime and run time at the right."""
        right = f"  {clean(self._runtime)}  {figures.clock(now_s)}"
        left = Text.assemble((clean(self._drill.name), "bold"), "  ", (clean(self._drill.title), "dim"))
        left.truncate(width - len(right), overflow="ellipsis", pad=True)
        return left.append(right, "bold")

    def _figures(self, timeline: Timeline, now_s: float, width: int) -> RenderableType:
        rows = recent(timeline, now_s, width)
        where = (
            phase_lines(self._drill, timeline, now_s, width)
            if timeline.phases
            else active_lines(timeline, width)
        )
        return Group(
            Text(),
            *where,
            Text(),
            figure_table(rows, width),
            bridge_lines(rows, width, useless_from_s(self._drill)),
        )


def _rule(title: str, width: int) -> RenderableType:
    line = Text(f"── {title} ", "dim")
    return line.append("─" * max(0, width - line.cell_len), "dim")
