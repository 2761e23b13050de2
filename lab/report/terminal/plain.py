"""Without a terminal: one plain line every 5 s, and the events as lines."""

from typing import Self

from rich.console import Console

from lab.analysis.metrics.queueing_delay import useless_from_s
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.model import Drill
from lab.journal.events import Event, ServiceChanged
from lab.report import headline_figures as figures
from lab.report.plane_view import watches
from lab.report.terminal.bringup import BringUp
from lab.report.terminal.latest import FRESH_S, present, recent
from lab.report.terminal.planes_now import told
from lab.report.terminal.playing import is_played
from lab.report.words import clean, sentence

EVERY_S = 5.0


LEAST_WIDTH, LEAST_HEIGHT = 80, 20
"""What the live view needs."""


def fits_not(console: Console) -> str:
    """What is written to a terminal that is too small for the live view; empty where that is not the reason."""
    if not console.is_terminal or console.is_dumb_terminal:
        return ""
    if console.width >= LEAST_WIDTH and console.height >= LEAST_HEIGHT:
        return ""
    return f"(the live view needs {LEAST_WIDTH} x {LEAST_HEIGHT}; this is {console.width} x {console.height})"


class PlainView:
    """Appends lines; nothing is drawn over, so that a CI log reads well."""

    def __init__(self, console: Console, drill: Drill, runtime: str, run_name: str) -> None:
        self._console = console
        self._title = f"{drill.name}: {drill.title} ({runtime}, {run_name})"
        self._bringup = BringUp()
        self._next_s = 0.0
        self._useless_from_s = useless_from_s(drill)
        self._hint = fits_not(console)

    def __enter__(self) -> Self:
        self._say(clean(self._title))
        if self._hint:
            self._say(self._hint)
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def feed(self, event: Event) -> None:
        """Say the event, if a person needs to know."""
        self._bringup.feed(event)
        said = sentence(event)
        if said is None or (isinstance(event, ServiceChanged) and event.state == "starting"):
            return
        self._say(f"{event.t:7.1f} s  {said}")

    def tick(self, timeline: Timeline, now_s: float) -> None:
        """Say how things stand, every 5 s."""
        if now_s < self._next_s:
            return
        self._next_s = (now_s // EVERY_S + 1) * EVERY_S
        if not self._bringup.states and self._bringup.waiting:
            return  # said once, when it began to wait
        self._say(self.line(timeline, now_s))

    def line(self, timeline: Timeline, now_s: float) -> str:
        """``t=25s trigger  offered 100/s goodput ~0/s attempts 400/s ...``; a tilde: can still change."""
        if not timeline.phases and not is_played(timeline, now_s):
            return f"t={now_s:.0f}s bringing up  {self._bringup.progress}"
        rows = recent(timeline, now_s, FRESH_S)
        figured = [
            ("offered", figures.rate, present(rows, lambda row: row.offered)),
            ("goodput", figures.rate, present(rows, lambda row: row.good)),
            ("attempts", figures.rate, present(rows, lambda row: row.attempts)),
            ("amplification", figures.ratio, present(rows, lambda row: row.amplification)),
            ("p99", figures.millis, present(rows, lambda row: row.latency_p99_ms)),
            ("bridge delay", self._of_limit, (present(rows, lambda row: row.queueing_delay_s)[0], False)),
            ("answered", figures.rate, (present(rows, lambda row: row.answered_rps)[0], False)),
            ("wasted", figures.rate, (present(rows, lambda row: row.wasted_rps)[0], False)),
        ]
        shown = " ".join(
            f"{name} {_tilde(value, provisional)}{write(value)}"
            for name, write, (value, provisional) in figured
        )
        planes = "".join(f" {clean(watch.name)} shows {told(watch)}" for watch in watches(timeline))
        where = timeline.phase_at(now_s) or ("after the phases" if timeline.phases else "interactive")
        return f"t={now_s:.0f}s {where}  {shown}{planes}"

    def _of_limit(self, delay_s: float | None) -> str:
        """``2.3 s (limit 1 s)``: from the limit on an answer is of no use."""
        return f"{figures.wait(delay_s)} (limit {figures.seconds(self._useless_from_s)})"

    def _say(self, line: str) -> None:
        """Print a line as it is: no markup, no wrapping; flushed, since a log is followed."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True, emoji=False)
        self._console.file.flush()


def _tilde(value: float | None, provisional: bool) -> str:  # noqa: FBT001 - private
    return "~" if provisional and value is not None else ""
