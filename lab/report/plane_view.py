"""The monitoring planes as report and terminal tell of them: what each showed, where it was blind, whom it told."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from lab.analysis.planes import PlaneRow, plane_rows
from lab.analysis.planes.pages import DEAD_MAN, HEARTBEAT
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched
from lab.analysis.verdict.verdict import Plane, Verdict
from lab.journal.plane_events import PageReceived, PlaneConfigured
from lab.report.words import clean

ORDER = ("shared", "ops")
"""The plane that shares the fate of what it watches comes first: it is the one in question."""

_LONGEST = 28
"""Characters of a page's name; the report's table has the whole."""

PlaneState = Literal["sees", "blind", "filled", "unknown"]
"""How a plane saw a second: ``filled`` was blind when asked live, and had it when asked again after the run."""


@dataclass(frozen=True, slots=True)
class WatchedPlane:
    """A plane in a run: how it was set up, its score, its rows (one a second), and the pages about or from it."""

    name: str
    config: PlaneConfigured
    score: Plane | None
    rows: tuple[PlaneRow, ...]
    pages: tuple[PageReceived, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds in a row that a plane saw alike: run time ``[start_s, end_s)``."""

    start_s: int
    end_s: int
    sight: PlaneState


def watches(timeline: Timeline, verdict: Verdict | None = None) -> tuple[WatchedPlane, ...]:
    """The planes that watched a run, the shared one first; none where none were configured."""
    scores = {} if verdict is None else verdict.metrics.monitoring
    found = [
        WatchedPlane(
            name, watched.configured, scores.get(name), tuple(plane_rows(timeline, name)), _pages(watched)
        )
        for name, watched in timeline.planes.items()
        if watched.configured is not None
    ]
    return tuple(
        sorted(found, key=lambda watch: (watch.name not in ORDER, watch.name != ORDER[0], watch.name))
    )


def sight(row: PlaneRow) -> PlaneState:
    """How the plane saw this second."""
    if row.stale is None:
        return "unknown"
    if not row.stale:
        return "sees"
    return "filled" if row.stale_backfilled is False else "blind"


def spans(rows: Iterable[PlaneRow]) -> list[Span]:
    """What a plane did not see, as spans of seconds; those that it saw are left out."""
    found = []
    by_sight = groupby(enumerate(rows), key=lambda item: (sight(item[1]), item[1].second - item[0]))
    for (how, _), members in by_sight:
        seconds = [row.second for _, row in members]
        if how != "sees":
            found.append(Span(seconds[0], seconds[-1] + 1, how))
    return found


def _pages(watched: Watched) -> tuple[PageReceived, ...]:
    """What on-call received; the heartbeat is for the dead-man's switch."""
    return tuple(page for page in watched.pages if page.alert != HEARTBEAT)


def page_name(alert: str, state: str) -> str:
    """``GoodputLow``; ``GoodputLow over`` when it is called off."""
    name = "dead-man's switch" if alert == DEAD_MAN else clean(alert)
    name = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return f"{name} over" if state == "resolved" else name
