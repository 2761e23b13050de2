"""What the monitoring planes (Prometheus with its Alertmanager) were set up to do, said, and sent to on-call.

Answers are recorded as they came. Whether a plane was blind is judged by ``lab.analysis``, against the truth that the
lab read apart from it.
"""

from typing import Annotated, Literal

from lab.journal.entry import Entry, Moment, OnRunClock, RunTime, Second

Query = Literal["goodput", "amplification", "error_ratio"]
"""What on-call would ask: edge's good answers (/s), attempts per call of the clients (x), edge's bad share (0..1)."""


class PlaneConfigured(Entry):
    """How a plane is set up, read from its own configuration files: what may be expected of it.

    Attributes:
        plane: ``shared`` or ``ops``; ``mode`` is how the shared one sees main (a folder of compose/monitoring).
        service: its Prometheus in the topology; ``alertmanager`` and, where one scrapes for it, ``agent`` alike.
        version: of its Prometheus, as that says itself; None where it did not answer.
        window_s: width of the rates that it is asked for: five scrapes.
        targets: the services of main that it should scrape.
        bounds_s: alert -> how long after its cause a page must have arrived.
    """

    type: Literal["plane.configured"] = "plane.configured"
    plane: str
    mode: str
    service: str
    alertmanager: str
    agent: str | None = None
    version: str | None
    scrape_interval_s: float
    scrape_timeout_s: float
    window_s: float
    targets: tuple[str, ...]
    bounds_s: dict[str, float]


class PlaneSample(Entry):
    """One question to a plane's query API in a second of the run: asked at ``second`` + 1.5 s, with 1 s deadline.

    Attributes:
        value: its answer; None: none, or no such series.
        asked_s: the instant (run clock) that it was asked about.
        newest_age_s: age of the newest good scrape of main, of the target where that is oldest; None: none known.
        scrapes_ok_total: good scrapes of main that the plane knows of since the run began, over all targets.
        scrapes_expected_total: how many the configuration promises by then.
        error: why there is no answer that counts.
    """

    type: Literal["plane.sample"] = "plane.sample"
    plane: str
    second: Second
    query: Query
    value: float | None
    asked_s: RunTime
    newest_age_s: float | None
    answered_ms: float | None
    scrapes_ok_total: int | None
    scrapes_expected_total: int
    error: str | None = None


class PlaneScraped(Entry):
    """All scrapes of a target that a plane knows when the run is over, by run time (s); ``error``: why it has none."""

    type: Literal["plane.scraped"] = "plane.scraped"
    plane: str
    target: str
    ok_s: Annotated[tuple[float, ...], OnRunClock()] = ()
    failed_s: Annotated[tuple[float, ...], OnRunClock()] = ()
    error: str | None = None


class PlaneBackfilled(Entry):
    """What a plane answers about each second when the run is over: late samples may have filled gaps.

    ``values``: second of the run -> the answer for the instant ``second`` + 1.5 s.
    """

    type: Literal["plane.backfilled"] = "plane.backfilled"
    plane: str
    query: Query
    values: Annotated[dict[str, float], OnRunClock()] = {}
    error: str | None = None


class PageReceived(Entry):
    """An alert arrived at on-call, by a plane's Alertmanager, or by the dead-man's switch about a plane's silence.

    Attributes:
        received_s: run time of its arrival (``t`` is when the lab read of it).
        sent_t: run time at which the plane says that it began (firing) or ended (resolved).
    """

    type: Literal["page.received"] = "page.received"
    plane: str
    alert: str
    state: Literal["firing", "resolved"]
    received_s: Moment
    sent_t: RunTime | None
    labels: dict[str, str] = {}
