"""Two monitoring planes that watch a storm, written in code: truth as counters, scrapes of it, what comes of those.

    20 s baseline   30 s trigger   40 s aftermath   60 s mitigation   80 s done

From 30 s to 65 s nothing is good and each call makes four attempts. A plane scrapes each second, and answers
as Prometheus does: the growth from the first to the last scrape in its window.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lab.analysis.timeline.timeline import Timeline
from lab.drillfile import Drill
from lab.journal.events import (
    ActionChanged,
    Event,
    HostSample,
    PhaseEntered,
    RunOpened,
    ServiceChanged,
    ServiceSample,
)
from lab.journal.plane_events import (
    PageReceived,
    PlaneBackfilled,
    PlaneConfigured,
    PlaneSample,
    PlaneScraped,
    Query,
)
from lab.journal.upgrade import upgraded

RATE = 100.0
PHASES = {"baseline": 20.0, "trigger": 30.0, "aftermath": 40.0, "mitigation": 60.0, "done": 80.0}
BAD = (30.0, 65.0)
JUDGED_S = 60
TARGETS = ("edge", "storefront")
BOUNDS = {
    "RetryAmplification": 12.0,
    "GoodputLow": 14.0,
    "BreakerOpen": 9.0,
    "ScrapeLost": 10.0,
    "BridgeSaturated": 15.0,
    "Watchdog": 15.0,
    "DeadMansSwitch": 5.0,
}
MODEL = {
    "run": "r",
    "runtime": "embedded",
    "isolation": "",
    "seed": 1,
    "started_utc": "",
    "versions": {},
    "machine": {},
}

Span = tuple[float, float]


def inside(t: float, spans: Iterable[Span]) -> bool:
    """Whether a moment lies in one of the spans."""
    return any(start <= t < end for start, end in spans)


@dataclass
class Sight:
    """How a plane fares. Spans are in run time.

    ``dark``: no scrape is good; ``late``: good, but known only when the run is over; ``down``: its Prometheus is not
    there, so that it neither scrapes nor answers; ``unasked``: seconds in which the probe itself missed; ``says``:
    what it answers for goodput in a second instead, ``error`` why there is no answer; ``at``: when in each second
    it scrapes; ``scrape_errors``: targets whose scrapes it can't tell in the end (None: nothing of them was journaled).
    """

    dark: tuple[Span, ...] = ()
    late: tuple[Span, ...] = ()
    down: tuple[Span, ...] = ()
    unasked: tuple[int, ...] = ()
    says: dict[int, float | None] = field(default_factory=dict)
    at: float = 0.3
    error: dict[int, str] = field(default_factory=dict)
    configured: dict[str, Any] = field(default_factory=dict)
    scrape_errors: dict[str, str | None] = field(default_factory=dict)


@dataclass
class Watch:
    """A watched run.

    ``bad`` None: nothing ever happened, and there was no trigger. ``calm_s``: from then on no one retries. ``untold``:
    services that told nothing at all; ``deaf``: when edge told nothing; ``starts_s``: when the load does.
    """

    planes: dict[str, Sight] = field(default_factory=lambda: {"shared": Sight(), "ops": Sight()})
    bad: Span | None = BAD
    more: list[Event] = field(default_factory=list)
    calm_s: float = BAD[1]
    starts_s: float = 0.0
    untold: tuple[str, ...] = ()
    deaf: Span = (0.0, 0.0)
    drill: Drill | None = None

    def page(self, plane: str, alert: str, at_s: float, **more: object) -> None:
        """An alert arrives at on-call."""
        page = {"plane": plane, "alert": alert, "state": "firing", "received_s": at_s, "sent_t": None} | more
        self.more.append(PageReceived.model_validate({"t": at_s + 0.5, **page}))

    def exited(self, service: str, at_s: float, *, planned: bool = True) -> None:
        """A service ends."""
        self.more.append(ServiceChanged(t=at_s, service=service, state="exited", planned=planned))

    def act(self, fault: str, target: str, start_s: float, end_s: float) -> None:
        """A fault is applied and undone."""
        for state, t in (("intended", start_s), ("applied", start_s), ("reverted", end_s)):
            action = {
                "action": f"a-{fault}",
                "kind": "fault",
                "name": fault,
                "fault": fault,
                "target": target,
            }
            self.more.append(
                ActionChanged.model_validate(
                    {**action, "t": t, "params": {}, "state": state, "by": "drill", "verified": True}
                )
            )

    def served(self, t: float) -> float:
        """Good answers of edge since the run began."""
        bad_s = max(0.0, min(t, self.bad[1]) - self.bad[0]) if self.bad else 0.0
        return RATE * (max(0.0, t - self.starts_s) - bad_s)

    def attempts(self, t: float) -> float:
        """Tries of the clients since the run began."""
        storm_s = max(0.0, min(t, self.calm_s) - self.bad[0]) if self.bad else 0.0
        return RATE * (max(0.0, t - self.starts_s) + 3 * storm_s)

    def timeline(self) -> Timeline:
        """The whole run."""
        drill = self.drill.resolved() if self.drill else {}
        opened = {"drill": drill, "latency_growth": 1.05, "latency_first_ms": 1.0, **MODEL}
        events: list[Event] = [RunOpened.model_validate(opened), *self.more]
        events += [PhaseEntered(t=t, phase=name, planned_s=0, because="") for name, t in PHASES.items()]
        if self.bad and not any(isinstance(event, ActionChanged) for event in self.more):
            self.act("latency", "bridge", self.bad[0], 40.0)
            events += self.more[-3:]
        for second in range(90):
            events += self._truth(second + 0.2)
        for plane, sight in self.planes.items():
            events += self._plane(plane, sight)
        return Timeline.fold(map(upgraded, sorted(events, key=lambda event: event.t)))

    def _truth(self, t: float) -> list[Event]:
        asked = round(RATE * max(0.0, t - self.starts_s))
        common = {
            "t": t,
            "boot": "b",
            "abandoned_total": 0,
            "in_flight": 0,
            "requests_total": asked,
        }
        told = [
            {"service": "edge", "served_total": round(self.served(t))},
            {"service": "storefront", "served_total": round(self.served(t)), "calls_total": asked,
             "attempts_total": round(self.attempts(t))},
            {"service": "oncall", "served_total": 0},
        ]  # fmt: skip
        memory = {
            "prometheus-shared": 40,
            "alertmanager-shared": 20,
            "prometheus-ops": 50,
            "alertmanager-ops": 21,
        }
        host = HostSample(
            t=t, idle_s_total=t, steal_s_total=0, total_s_total=2 * t, memory_free_bytes=1, disk_free_bytes=1,
            lab_cpu_s_total=0, loop_lag_ms=1, memory_bytes=memory if t > 5 else {"prometheus-shared": 900},
        )  # fmt: skip
        silent = (*self.untold, "edge") if inside(t, (self.deaf,)) else self.untold
        samples = [ServiceSample.model_validate(common | one) for one in told if one["service"] not in silent]
        return [host, *samples]

    def _plane(self, plane: str, sight: Sight) -> list[Event]:
        known = {
            "t": 3.0, "plane": plane, "mode": "same-listener", "service": f"prometheus-{plane}",
            "alertmanager": f"alertmanager-{plane}", "version": "2.42.0", "scrape_interval_s": 1.0,
            "scrape_timeout_s": 1.0, "window_s": 5.0, "targets": TARGETS, "bounds_s": BOUNDS,
        }  # fmt: skip
        events: list[Event] = [PlaneConfigured.model_validate(known | sight.configured)]
        good = [s + sight.at for s in range(85) if not inside(s + sight.at, (*sight.dark, *sight.down))]
        in_time = [t for t in good if not inside(t, sight.late)]
        for second in range(5, 82):
            if second not in sight.unasked:
                events += [
                    self._sample(plane, sight, second, query, in_time)
                    for query in ("goodput", "amplification")
                ]
        values = {
            str(s): v for s in range(5, 82) if (v := self.answer("goodput", good, s + 1.5, sight)) is not None
        }
        events.append(PlaneBackfilled(t=88.0, plane=plane, query="goodput", values=values))
        for target in (*TARGETS,):
            if target not in sight.scrape_errors:
                events.append(PlaneScraped(t=88.1, plane=plane, target=target, ok_s=tuple(good)))
            elif (error := sight.scrape_errors[target]) is not None:
                events.append(PlaneScraped(t=88.1, plane=plane, target=target, error=error))
        return events

    def _sample(
        self, plane: str, sight: Sight, second: int, query: Query, scrapes: list[float]
    ) -> PlaneSample:
        asked_s = second + 1.5
        before = [t for t in scrapes if t <= asked_s]
        error = "connection refused" if inside(asked_s, sight.down) else sight.error.get(second)
        value = None if error else self.answer(query, scrapes, asked_s, sight)
        if query == "goodput" and second in sight.says:
            value = sight.says[second]
        return PlaneSample(
            t=asked_s + 0.1, plane=plane, second=second, query=query, value=value, asked_s=asked_s,
            newest_age_s=asked_s - before[-1] if before and not inside(asked_s, sight.down) else None, answered_ms=9.0,
            scrapes_ok_total=None, scrapes_expected_total=0, error=error,
        )  # fmt: skip

    def answer(self, query: Query, scrapes: list[float], asked_s: float, sight: Sight) -> float | None:
        """What Prometheus would say."""
        seen = [t for t in scrapes if asked_s - float(sight.configured.get("window_s", 5.0)) < t <= asked_s]
        if len(seen) < 2:
            return None
        if query == "goodput":
            return (self.served(seen[-1]) - self.served(seen[0])) / (seen[-1] - seen[0])
        return (self.attempts(seen[-1]) - self.attempts(seen[0])) / (RATE * (seen[-1] - seen[0]))
