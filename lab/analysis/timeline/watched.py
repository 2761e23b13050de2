"""What was recorded of a monitoring plane: how it is set up, what it said, and whom it paged."""

from dataclasses import dataclass, field

from lab.journal.plane_events import PageReceived, PlaneBackfilled, PlaneConfigured, PlaneSample, PlaneScraped

PlaneEvent = PlaneConfigured | PlaneSample | PlaneScraped | PlaneBackfilled | PageReceived


@dataclass(slots=True)
class Watched:
    """Keeps a plane's events by kind; ``configured`` None: it was named, but not set up (so it is not scored).

    Attributes:
        asked: query -> second of the run -> what it answered.
        scraped: target -> its scrapes, as the plane reported when the run was over.
        backfilled: query -> its answers, as the plane reported when the run was over.
        pages: in the order of their arrival.
    """

    configured: PlaneConfigured | None = None
    asked: dict[str, dict[int, PlaneSample]] = field(default_factory=dict)
    scraped: dict[str, PlaneScraped] = field(default_factory=dict)
    backfilled: dict[str, PlaneBackfilled] = field(default_factory=dict)
    pages: list[PageReceived] = field(default_factory=list)

    def keep(self, event: PlaneEvent) -> None:
        """Keep an event under its kind."""
        match event:
            case PlaneConfigured():
                self.configured = event
            case PlaneSample():
                self.asked.setdefault(event.query, {})[event.second] = event
            case PlaneScraped():
                self.scraped[event.target] = event
            case PlaneBackfilled():
                self.backfilled[event.query] = event
            case PageReceived():
                self.pages.append(event)
                self.pages.sort(key=lambda page: page.received_s)
