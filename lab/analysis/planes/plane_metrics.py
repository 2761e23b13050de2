"""The metrics of ``lab.drillfile.metrics`` that are about a monitoring plane. A test holds the two together."""

from collections.abc import Callable, Mapping

from lab.analysis.planes.blind import blind
from lab.analysis.planes.detection import find_detection
from lab.analysis.planes.pages import count_pages
from lab.analysis.planes.resolutions import count_false_resolutions
from lab.analysis.planes.scrapes import count_scrapes
from lab.analysis.planes.spans import count_blind
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched


def _scrapes_kept(timeline: Timeline, watched: Watched, span: range) -> float | None:
    del timeline
    scrapes = count_scrapes(watched, span.start, span.stop)
    return scrapes.share if scrapes else None


def _blind(timeline: Timeline, watched: Watched, span: range) -> float | None:
    return count_blind(timeline, watched, span, blind).blind_s


def _pages(timeline: Timeline, watched: Watched, span: range) -> float | None:
    return count_pages(timeline, watched, span.start, span.stop) if len(span) else None


def _false_resolutions(timeline: Timeline, watched: Watched, span: range) -> float | None:
    return count_false_resolutions(timeline, watched, span.start, span.stop) if len(span) else None


def _told_in_time(timeline: Timeline, watched: Watched) -> float | None:
    in_time = find_detection(timeline, watched).in_time
    return None if in_time is None else float(in_time)


PLANE: Mapping[str, Callable[[Timeline, Watched, range], float | None]] = {
    "scrapes_kept": _scrapes_kept,
    "blind": _blind,
    "pages": _pages,
    "false_resolutions": _false_resolutions,
}
"""Metrics that have a value for each plane over a window."""

PLANE_RUN: Mapping[str, Callable[[Timeline, Watched], float | None]] = {
    "time_to_detect": lambda timeline, watched: find_detection(timeline, watched).time_s,
    "told_in_time": _told_in_time,
    "silence_alarm": lambda timeline, watched: find_detection(timeline, watched).silence_s,
}
"""Metrics that are one figure of the whole run for each plane."""
