"""Events of the monitoring planes in plain words: ``on-call paged by ops: GoodputLow of edge``."""

from lab.analysis.planes.pages import DEAD_MAN, HEARTBEAT
from lab.journal.plane_events import PageReceived, PlaneConfigured
from lab.report import headline_figures as figures


def plane_sentence(event: PlaneConfigured | PageReceived) -> str | None:
    """The event in one line; None where a person need not be told."""
    return _plane(event) if isinstance(event, PlaneConfigured) else _page(event)


def _plane(event: PlaneConfigured) -> str:
    """How a plane is set up: ``shared plane: Prometheus 2.42.0, 3 targets in main every 1 s (same-listener)``."""
    how = event.mode if event.plane == "shared" else "its own path"
    targets = f"{len(event.targets)} targets in main every {figures.seconds(event.scrape_interval_s)}"
    return f"{event.plane} plane: Prometheus {event.version or 'of unknown version'}, {targets} ({how})"


def _page(event: PageReceived) -> str | None:
    """Who paged on-call for what; the heartbeat is news to no one."""
    if event.alert == HEARTBEAT:
        return None
    if event.alert == DEAD_MAN:
        word = "has fallen silent" if event.state == "firing" else "is heard again"
        return f"dead-man's switch: the {event.plane} plane {word}"
    about = f" of {event.labels['service']}" if event.labels.get("service") else ""
    if event.state == "firing":
        return f"on-call paged by {event.plane}: {event.alert}{about}"
    return f"on-call paged by {event.plane}: {event.alert}{about} is over"
