"""The services that make up the planes. They have no control port: what shows one is its query API, and its end."""

from collections.abc import Iterator

from lab.analysis.timeline.timeline import Timeline
from lab.journal.plane_events import PlaneSample


def is_of_a_plane(timeline: Timeline, service: str) -> bool:
    """Whether a service is a plane's Prometheus, Alertmanager or agent."""
    known = (watched.configured for watched in timeline.planes.values())
    return any(service in {c.service, c.alertmanager, c.agent} for c in known if c is not None)


def questions(timeline: Timeline, service: str, start_s: float, end_s: float) -> Iterator[PlaneSample]:
    """The questions to a plane's Prometheus in a span, answered or not; none for what can't be asked."""
    for watched in timeline.planes.values():
        if watched.configured is not None and watched.configured.service == service:
            for by_second in watched.asked.values():
                yield from (sample for sample in by_second.values() if start_s <= sample.asked_s <= end_s)
