"""The planes while a run lasts: what each answers now beside the truth, whether it is blind, its last page."""

from rich.text import Text

from lab.analysis.planes import PlaneRow
from lab.analysis.timeline.timeline import Timeline
from lab.report import headline_figures as figures
from lab.report.plane_view import WatchedPlane, page_name, watches
from lab.report.terminal.table import FIGURE, NAME

_FRESH = 4
"""Rows in which the newest answer may stand: a plane is asked 1.5 s after a second began, and takes up to 1 s more."""


def plane_lines(timeline: Timeline, width: int) -> list[Text]:
    """A line a plane; none where no plane watches."""
    return [_line(watch, width) for watch in watches(timeline)]


def told(watch: WatchedPlane) -> str:
    """``98/s``, ``blind``; a dash where it was not asked lately."""
    row = newest(watch)
    if row is None or row.stale is None:
        return figures.NONE
    return "blind" if row.stale else figures.rate(row.answered_goodput_rps)


def newest(watch: WatchedPlane) -> PlaneRow | None:
    """The newest second that the plane was asked about."""
    return next((row for row in reversed(watch.rows[-_FRESH:]) if row.stale is not None), None)


def _line(watch: WatchedPlane, width: int) -> Text:
    row = newest(watch)
    shown = told(watch)
    line = Text.assemble(
        f"{watch.name} plane"[: NAME - 1].ljust(NAME),
        (shown.rjust(FIGURE - 2), "bold red" if shown == "blind" else "bold"),
        f"  truth {figures.rate(None if row is None else row.truth_goodput_rps)}".ljust(16),
        f"last page {_last_page(watch)}",
        no_wrap=True, overflow="ellipsis",
    )  # fmt: skip
    line.truncate(width, overflow="ellipsis")
    return line


def _last_page(watch: WatchedPlane) -> str:
    if not watch.pages:
        return "none"
    page = watch.pages[-1]
    return f"{page_name(page.alert, page.state)}, {figures.clock(page.received_s)}"
