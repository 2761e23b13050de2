"""The survival score: how each monitoring plane fared, from the first phase's start to the last one's end."""

from statistics import median
from typing import Any

from lab.analysis.planes.detection import find_detection
from lab.analysis.planes.lost import find_lost
from lab.analysis.planes.pages import count_false_alarms
from lab.analysis.planes.resolutions import count_false_resolutions
from lab.analysis.planes.scrapes import count_scrapes
from lab.analysis.planes.spans import count_stale
from lab.analysis.planes.staleness import stale, stale_backfilled
from lab.analysis.planes.truth import TRUTH, nearest
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched
from lab.analysis.timeline.windows import judged_seconds
from lab.analysis.verdict.verdict import Plane
from lab.journal.plane_events import PlaneConfigured

_CENTS = 4


def score(timeline: Timeline) -> dict[str, Plane]:
    """The score of each plane that was set up; none where no plane watched."""
    return {
        plane: _score(timeline, watched, watched.configured)
        for plane, watched in sorted(timeline.planes.items())
        if watched.configured is not None
    }


def _score(timeline: Timeline, watched: Watched, configured: PlaneConfigured) -> Plane:
    detection, (lost, late) = find_detection(timeline, watched), find_lost(timeline, watched)
    return Plane(
        mode=configured.mode,
        **_sight(timeline, watched),
        answer_errors={query: _error(timeline, watched, configured, query) for query in TRUTH},
        detection_time_s=_short(detection.time_s),
        detected_by=detection.alert,
        detect_bound_s=_short(detection.bound_s),
        time_to_dead_mans_switch_s=_short(detection.silence_s),
        false_alarms=count_false_alarms(timeline, watched),
        false_resolutions=_false_resolutions(timeline, watched),
        alerts_lost=lost,
        alerts_late=late,
        restarts=_restarts(timeline, configured),
        memory_bytes=_memory_bytes(timeline, configured),
    )


def _sight(timeline: Timeline, watched: Watched) -> dict[str, Any]:
    """What it scraped, and how long it was blind."""
    span = judged_seconds(timeline)
    scrapes = count_scrapes(watched, *(timeline.judged or (0.0, 0.0)))
    live = count_stale(timeline, watched, span, stale)
    later = count_stale(timeline, watched, span, stale_backfilled)
    return {
        "scrapes_expected": scrapes.expected if scrapes else None,
        "scrapes_ok": scrapes.ok if scrapes else None,
        "stale_s": live.stale_s,
        "longest_stale_s": live.longest_s,
        "stale_backfilled_s": later.stale_s,
        "longest_stale_backfilled_s": later.longest_s,
    }


def _error(timeline: Timeline, watched: Watched, configured: PlaneConfigured, query: str) -> float | None:
    """Median distance of its live answers from the truth, in the query's unit."""
    asked, distances = watched.asked.get(query, {}), []
    for second in judged_seconds(timeline):
        sample = asked.get(second)
        if sample is None or sample.error is not None or sample.value is None:
            continue
        truth = nearest(timeline, configured, query, sample.value, sample.asked_s)
        if truth is not None:
            distances.append(abs(sample.value - truth))
    return _short(median(distances)) if distances else None


def _false_resolutions(timeline: Timeline, watched: Watched) -> int | None:
    return count_false_resolutions(timeline, watched, *timeline.judged) if timeline.judged else None


def _restarts(timeline: Timeline, configured: PlaneConfigured) -> int:
    """How often its Prometheus ended while it was judged, whoever wanted that."""
    start_s, end_s = timeline.judged or (0.0, 0.0)
    ended = [c for c in timeline.changes if c.service == configured.service and c.state == "exited"]
    return sum(start_s <= change.t <= end_s for change in ended)


def _memory_bytes(timeline: Timeline, configured: PlaneConfigured) -> int | None:
    """The most that its processes took at one time; only moments at which all of them were measured."""
    parts = [part for part in (configured.service, configured.alertmanager, configured.agent) if part]
    taken = [host.memory_bytes for host in timeline.hosts if all(part in host.memory_bytes for part in parts)]
    return max((sum(memory[part] for part in parts) for memory in taken), default=None)


def _short(value: float | None) -> float | None:
    """Rounded to what a person can use."""
    return None if value is None else round(value, _CENTS)
