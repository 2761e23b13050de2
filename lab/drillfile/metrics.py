"""The one registry of metrics: what drill files ask about, what the verdict reports, what the docs explain.

A name here, with its unit as a suffix, is the name in ``verdict.json``. ``lab.analysis.metrics.evaluators`` evaluates
each; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal


class Unit(StrEnum):
    """What a metric is measured in, and so how a comparison with it is written."""

    RPS = "/s"
    RATIO = "x"
    MS = "ms"
    SECONDS = "s"
    SHARE = "share"
    COUNT = "count"
    BYTES = "bytes"
    BOOL = "true/false"
    WORD = "yes/no/unsafe"


Shape = Literal["series", "run", "url", "plane", "plane-run"]
"""``series``: has a value at every second; ``run``: one value, known only after the run; ``url``: one for each URL;
``plane``: one for each monitoring plane over a window; ``plane-run``: one for each plane, of the whole run."""

PLANES = ("shared", "ops")
"""The monitoring planes (docs/definitions.md)."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's name, unit, shape, and what it means in a sentence.

    ``lasting``: it is about the world around the drill, so that it counts while the lab is still coming up, too.
    """

    name: str
    unit: Unit
    sentence: str
    shape: Shape = "series"
    lasting: bool = False

    @property
    def whole_run(self) -> bool:
        """Whether it is one figure of the whole run, that has no window."""
        return self.shape in {"run", "plane-run"}

    @property
    def of_plane(self) -> bool:
        """Whether it is about a monitoring plane, which a condition must name."""
        return self.shape in {"plane", "plane-run"}

    @property
    def of_customer(self) -> bool:
        """Whether it can be asked of one customer of the load (``of:``)."""
        return self.name in OF_CUSTOMERS


OF_CUSTOMERS = frozenset(
    {
        "offered",
        "goodput",
        "latency_p50",
        "latency_p99",
        "error_ratio",
        "in_flight",
        "stuck",
        "time_to_recover",
    }
)
"""Metrics of the load's requests: each customer has its own."""

_ALL = (
    Metric("offered", Unit.RPS, "Requests that were due to start, as the seeded schedule has them."),
    Metric("goodput", Unit.RPS, "Requests with a correct answer (2xx) within the load's slo."),
    Metric("attempts", Unit.RPS, "Tries over the bridge made for the requests that started in a second."),
    Metric("amplification", Unit.RATIO, "Attempts per request in a 5 s window; unknown under 20 requests."),
    Metric("chain_amplification", Unit.RATIO, "Requests at auth per request at the target, canary's apart."),
    Metric("latency_p50", Unit.MS, "Median of correct answers, from the intended start."),
    Metric("latency_p99", Unit.MS, "99th percentile of correct answers, from the intended start."),
    Metric("error_ratio", Unit.SHARE, "Share of scheduled requests without a correct answer in time."),
    Metric("in_flight", Unit.COUNT, "Requests of the load that wait for an answer."),
    Metric("bridge_utilization", Unit.SHARE, "CPU that the bridge used, as a share of its cap."),
    Metric("open_connections", Unit.COUNT, "Connections the bridge has open."),
    Metric("arrivals", Unit.RPS, "Connections that arrive at the bridge, accepted or queued."),
    Metric("peak_to_mean", Unit.RATIO, "Arrivals in the busiest second of the window, to their mean over it."),
    Metric("accept_queue", Unit.COUNT, "Connections in the bridge's listen queue that it has not accepted yet."),
    Metric("queueing_delay", Unit.SECONDS, "How long a connection waits at the bridge: accept queue / accept rate."),
    Metric("answered", Unit.RPS, "The bridge's work for clients that got an answer."),
    Metric("wasted", Unit.RPS, "The bridge's work for clients that had given up."),
    Metric("queue_depth", Unit.COUNT, "Requests waiting for a worker, where most do."),
    Metric("host_cpu_idle", Unit.SHARE, "Idle share of the machine's CPU time, or of the lab's CPU limit: the less."),
    Metric("memory_free", Unit.BYTES, "Memory that machine and the lab's memory limit still give.", lasting=True),
    Metric("disk_free", Unit.BYTES, "Space left where the run folder is.", lasting=True),
    Metric("elapsed", Unit.SECONDS, "Time since the first phase began."),
    Metric("url_failing", Unit.BOOL, "No 2xx within 1 s from a URL of yours (`url:`).", "url", lasting=True),
    Metric("stuck", Unit.BOOL, "Under 50 % good from trigger end + queue + timeout on.", "run"),
    Metric("time_to_recover", Unit.SECONDS, "To the first 5 s >= 95 % good, then 10 s >= 90 %.", "run"),
    Metric("holds", Unit.WORD, "Whether it recovers as fast when its trigger comes again, nothing loosened.", "run"),
    Metric("hysteresis", Unit.SHARE, "How much less of an equal load is served on the way down than up.", "run"),
    Metric("scrape_success_ratio", Unit.SHARE, "Good scrapes / those that the plane is configured for.", "plane"),
    Metric("stale_seconds", Unit.SECONDS, "Seconds in which the plane knew nothing new, or answered wrongly.", "plane"),
    Metric("pages", Unit.COUNT, "Pages by the plane, or by the dead-man's switch about it; each once.", "plane"),
    Metric("false_resolutions", Unit.COUNT, "Pages of the plane that called off what went on.", "plane"),
    Metric("detection_time", Unit.SECONDS, "From the trigger's start to the plane's first page.", "plane-run"),
    Metric("detected_within_bound", Unit.BOOL, "Whether that page came within its alert's bound.", "plane-run"),
    Metric("time_to_dead_mans_switch", Unit.SECONDS, "From the trigger's start to the dead-man's switch.", "plane-run"),
)  # fmt: skip

RENAMED: Mapping[str, str] = MappingProxyType(
    {
        "backlog": "accept_queue",
        "blind": "stale_seconds",
        "bridge_busy": "bridge_utilization",
        "scrapes_kept": "scrape_success_ratio",
        "silence_alarm": "time_to_dead_mans_switch",
        "time_to_detect": "detection_time",
        "told_in_time": "detected_within_bound",
    }
)
"""Metrics that had another name until journals had schema 2: old -> new. A drill file may still use the old one."""

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})
