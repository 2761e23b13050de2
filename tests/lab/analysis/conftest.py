"""Storms written in code: a run's journal, second by second, from what was good and how much was tried."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lab.drillfile import Drill, load_drill
from lab.journal.events import (
    ActionChanged,
    BridgeSample,
    CalibrationMeasured,
    CanarySample,
    CheckDecided,
    CohortClosed,
    Event,
    HostSample,
    LoadSample,
    PhaseEntered,
    RunClosed,
    RunOpened,
    SampleMissed,
    ServiceChanged,
    ServiceSample,
    ToxicSeen,
)
from lab.journal.upgrade import upgraded

DRILLS = Path(__file__).parents[3] / "drills"
START_S = 3.2
CAP = 0.15
GIVE_UP_S = 6


@dataclass
class Storm:
    """A run of a drill. The defaults are a storm that stays stuck until the clients are guarded.

    ``good`` and ``tries``: share of good requests and attempts per request, by phase (elsewhere 1).
    ``recovers_s``: how long after the last phase change in ``recovers_in`` everything is good again.
    """

    drill: Drill
    good: dict[str, float] = field(
        default_factory=lambda: {"trigger": 0.0, "aftermath": 0.0, "mitigation": 0.0}
    )
    tries: dict[str, float] = field(default_factory=lambda: {"trigger": 4.0, "aftermath": 4.0})
    recovers_in: str = "mitigation"
    recovers_s: float = 6.0
    rate: int = 100
    outcome: str = "completed"
    reason: str = "all phases done"
    clean: bool = True
    until_s: float = 1e9
    timed: list[tuple[float, Event]] = field(default_factory=list)

    def at(self, t: float, event: Event) -> None:
        """Something more that happens."""
        self.timed.append((t, event))

    def spans(self) -> dict[str, tuple[float, float]]:
        """Phases by name."""
        spans, t = {}, START_S
        for phase in self.drill.phases:
            spans[phase.name] = (t, t + phase.planned_s)
            t += phase.planned_s
        return spans

    def share(self, second: int, by_phase: dict[str, float], healthy: float) -> float:
        """What holds in a second."""
        back = self.spans().get(self.recovers_in, (1e9, 0))[0] + self.recovers_s
        for name, (start, end) in self.spans().items():
            if start <= second < end and second < back:
                return by_phase.get(name, healthy)
        return healthy

    def events(self, keep: Callable[[Event], bool] = lambda event: True) -> list[Event]:
        """The journal: in order, gapless. May be asked for again."""
        more, self.timed = self.timed, [*self.timed]
        self._decisions()
        last = int(max(end for _, end in self.spans().values())) + GIVE_UP_S
        sent = attempts = accepted = 0
        cpu = 0.0
        for second in range(int(START_S), last + 1):
            offered = self.rate if second > START_S else 0
            good = round(offered * self.share(second, self.good, 1.0))
            tried = round(offered * self.share(second, self.tries, 1.0))
            sent, attempts, accepted = sent + offered, attempts + tried, accepted + min(tried, self.rate + 30)
            saturated = good < offered
            cpu += CAP * (0.99 if saturated else 0.66)
            self._observe(second + 1.02, (sent, attempts, accepted), cpu, saturated=saturated)
            if offered:
                failed = {"timeout": offered - good} if good < offered else {}
                latency = {"61": good} if good else {}
                self.at(
                    second + GIVE_UP_S + 0.1,
                    CohortClosed(
                        source="load",
                        second=second,
                        requests=offered,
                        sent=offered,
                        attempts=None,
                        good=good,
                        failed=failed,
                        latency=latency,
                        latency_all=latency,
                    ),
                )
                self.at(
                    second + GIVE_UP_S + 0.1,
                    CohortClosed(
                        source="storefront",
                        second=second,
                        requests=offered,
                        sent=offered,
                        attempts=tried,
                        good=good,
                        failed=failed,
                        latency=latency,
                    ),
                )
        kept = [(t, event) for t, event in sorted(self.timed, key=lambda pair: pair[0]) if keep(event)]
        self.timed = more
        return [
            upgraded(event.model_copy(update={"seq": seq, "t": t}))
            for seq, (t, event) in enumerate(pair for pair in kept if pair[0] <= self.until_s)
        ]

    def toxics(self, t: float) -> tuple[ToxicSeen, ...]:
        """What the device says of its toxics: the lab's own, while they are active."""
        spans = self.spans()
        return tuple(
            ToxicSeen(name=f"r1.{step.name}", type="latency", stream="downstream", toxicity=1.0,
                      attributes={"latency": 3000}, ours=True)
            for phase in self.drill.phases for step in self.drill.steps(phase.name)
            if step.what == "latency" and spans[phase.name][0] + 0.05 <= t <= spans[phase.name][1] + 0.05
        )  # fmt: skip

    def _observe(self, t: float, counts: tuple[int, int, int], cpu: float, *, saturated: bool) -> None:
        sent, attempts, accepted = counts
        waiting = 100 if saturated else 2
        host_s = 2 * t
        self.at(
            t,
            LoadSample(
                intended_total=sent,
                sent_total=sent,
                ok_total=0,
                failed_total={},
                lag_p99_ms=3.0,
                in_flight=waiting,
                rate_rps=self.rate,
                cpu_s_total=0.3 * t,
            ),
        )
        common = {
            "boot": "b1",
            "abandoned_total": 0,
            "in_flight": 1,
            "loop_lag_p99_ms": 2.0,
            "cpu_s_total": 0.2 * t,
        }
        for service in ("edge", "router", "auth"):
            self.at(
                t,
                ServiceSample.model_validate(
                    {
                        "service": service,
                        "requests_total": sent,
                        "served_total": sent,
                        "queue_depth": 0,
                        **common,
                    }
                ),
            )
        self.at(
            t,
            ServiceSample.model_validate(
                {
                    "service": "storefront",
                    "requests_total": sent,
                    "served_total": sent,
                    "calls_total": sent,
                    "attempts_total": attempts,
                    "outcomes_total": {"timeout": attempts - 1, "budget": 7},
                    "attempts_in_flight": 1,
                    "policy": "immediate(retries=3)",
                    **common,
                }
            ),
        )
        self.at(
            t,
            BridgeSample(
                device="bridge",
                accepted_total=accepted,
                open_connections=waiting,
                accept_queue=400 if saturated else 0,
                cpu_s_total=cpu,
                throttled_s_total=0.0,
                cpu_share=CAP,
                listen_queue=510,
                governor="running",
                governor_age_s=0.3,
                listening=True,
                toxics_seen=self.toxics(t),
            ),
        )
        self.at(
            t,
            HostSample(
                idle_s_total=host_s / 2,
                steal_s_total=0.0,
                total_s_total=host_s,
                memory_free_bytes=2**32,
                disk_free_bytes=2**33,
                lab_cpu_s_total=0.03 * t,
                loop_lag_ms=1.0,
                listen_overflows_total=int(10 * t),
                bridge_listen_overflows_total=int(10 * t),
            ),
        )
        spans = {name: start <= int(t) < end for name, (start, end) in self.spans().items()}
        again = any(spans[phase.name] for phase in self.drill.phases_of("retrigger"))
        struck = {phase.name: 1.0 for phase in self.drill.phases_of("trigger")}
        hit = again or self.share(int(t), struck, 0.0) > 0
        waited_ms = 3010.0 if hit else 3080.0 if saturated else 12.0
        self.at(t, CanarySample(started_s=t - 0.5, outcome="ok", latency_ms=waited_ms))

    def _decisions(self) -> None:
        spans = self.spans()
        end_s = max(end for _, end in spans.values())
        wanted = self.drill.bridge.headroom * self.rate
        self.at(
            0.0,
            RunOpened(
                run="r1",
                drill=self.drill.resolved(),
                runtime="embedded",
                isolation="by configuration",
                seed=self.drill.seed,
                started_utc="2021-12-07T15:30:00Z",
                versions={},
                machine={},
                latency_growth=1.05,
                latency_first_ms=1.0,
            ),
        )
        self.at(1.0, ServiceChanged(service="edge", state="healthy", boot="b1"))
        self.at(
            2.0,
            CalibrationMeasured(
                target="bridge",
                windows_rps=(wanted, wanted, wanted),
                capacity_rps=wanted,
                capacity_low_rps=0.96 * wanted,
                capacity_high_rps=1.04 * wanted,
                given_up_rps=2 * wanted,
                queue_empty_ratio=0.0,
                delivered_ratio=1.0,
                in_flight=64,
                headroom=self.drill.bridge.headroom,
                asked_rps=wanted,
                cpu_share=CAP,
                cost_ms=0.8,
                listen_queue=510,
                listen_queue_asked=510,
                took_ms=3000.0,
            ),
        )
        for phase in self.drill.phases:
            name, (start, end) = phase.name, spans[phase.name]
            planned_s = end - start
            entered = {"phase": name, "planned_s": planned_s, "because": "planned", "role": phase.role}
            self.at(start, PhaseEntered.model_validate({**entered, "clock": phase.clock}))
            for step in self.drill.steps(name):
                self._act(step.name, start + 0.05, end + 0.05 if step.when == "during" else end_s + 6.5)
        self.at(end_s, PhaseEntered(phase="done", planned_s=0, because="all phases done"))
        self.at(
            next(iter(spans.values()))[1] - 0.01,
            CheckDecided(
                name="goodput",
                role="steady-state",
                condition=">= 98 %",
                measured=1.0,
                met=True,
                because="100 %",
            ),
        )
        self.at(
            min(self.until_s, end_s + 13),
            RunClosed.model_validate(
                {
                    "outcome": self.outcome,
                    "reason": self.reason,
                    "clean": self.clean,
                    "left": () if self.clean else ("slow-bridge",),
                }
            ),
        )

    @staticmethod
    def _toxic(name: str) -> dict[str, object]:
        latency = {"latency": 3000}
        return {
            "name": f"r1.{name}",
            "type": "latency",
            "stream": "downstream",
            "toxicity": 1,
            "attributes": latency,
        }

    def _act(self, name: str, applied_s: float, reverted_s: float) -> None:
        step = next(step for step in self.drill.applied if step.name == name)
        states: tuple[tuple[str, float, bool | None, dict[str, object] | None], ...] = (
            ("intended", applied_s - 0.02, None, None),
            ("applied", applied_s, True, {"toxic": self._toxic(name), "others": []}),
            ("reverted", reverted_s, True, {"toxic": None, "others": []}),
        )
        for state, t, verified, readback in states:
            self.at(
                t,
                ActionChanged.model_validate(
                    {
                        "action": f"a-{name}",
                        "kind": step.kind,
                        "name": name,
                        "fault": step.what,
                        "target": step.target,
                        "params": step.params,
                        "state": state,
                        "by": "drill",
                        "verified": verified,
                        "readback": readback if step.what == "latency" else None,
                    }
                ),
            )


@pytest.fixture(scope="session")
def drill() -> Drill:
    """The drill retry-storm."""
    return load_drill(DRILLS / "retry-storm.yaml")


@pytest.fixture(scope="session")
def guarded() -> Drill:
    """The drill retry-storm-guarded."""
    return load_drill(DRILLS / "retry-storm-guarded.yaml")


@pytest.fixture
def storm(drill: Drill) -> Storm:
    """A storm that stays stuck until the clients are guarded, and a lab without fault."""
    return Storm(drill)


@pytest.fixture
def missed() -> SampleMissed:
    """A sample that was not taken."""
    return SampleMissed(source="edge", error="TimeoutError", waited_ms=1000.0)
