"""The metrics of ``lab.drillfile.metrics`` that are about a monitoring plane. A test holds the two together."""

from collections.abc import Callable, Mapping

from lab.analysis.planes.detection import find_detection
from lab.analysis.planes.pages import count_pages
from lab.analysis.planes.resolutions import count_false_resolutions
from lab.analysis.planes.scrapes import count_scrapes
from lab.analysis.planes.spans import count_stale
from lab.analysis.planes.staleness import stale
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched


def _scrape_success_ratio(timeline: Timeline, watched: Watched, span: range) -> float | None:
    del timeline
    scrapes = count_scrapes(watched, span.start, span.stop)
    return scrapes.share if scrapes else None


def _stale(timeline: Timeline, watched: Watched, span: range) -> float | None:
    return count_stale(timeline, watched, span, stale).stale_s


def _pages(timeline: Timeline, watched: Watched, span: range) -> float | None:
    return count_pages(timeline, watched, span.start, span.stop) if len(span) else None


def _false_resolutions(timeline: Timeline, watched: Watched, span: range) -> float | None:
    return count_false_resolutions(timeline, watched, span.start, span.stop) if len(span) else None


def _detected_within_bound(timeline: Timeline, watched: Watched) -> float | None:
    in_time = find_detection(timeline, watched).in_time
    return None if in_time is None else float(in_time)


PLANE: Mapping[str, Callable[[Timeline, Watched, range], float | None]] = {
    "scrape_success_ratio": _scrape_success_ratio,
    "stale_seconds": _stale,
    "pages": _pages,
    "false_resolutions": _false_resolutions,
}
"""Metrics that have a value for each plane over a window."""

PLANE_RUN: Mapping[str, Callable[[Timeline, Watched], float | None]] = {
    "detection_time": lambda timeline, watched: find_detection(timeline, watched).time_s,
    "detected_within_bound": _detected_within_bound,
    "time_to_dead_mans_switch": lambda timeline, watched: find_detection(timeline, watched).silence_s,
}
"""Metrics that are one figure of the whole run for each plane."""
