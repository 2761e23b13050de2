"""What a Timeline holds: one row a second, phases and actions with their real times."""

from dataclasses import dataclass, field
from typing import Any

from chaos.traits import NONE, Traits
from lab.drillfile.phase import PhaseRole

DONE = "done"
"""The name under which ``phase.entered`` ends the last phase; what follows is the tail, not judged."""


@dataclass(frozen=True, slots=True)
class Row:
    """One second of the run. None: not measured.

    Requests count in the second of their (intended) start, everything else in the second it was observed in.

    Attributes:
        second: of the run's clock; the row covers ``[second, second + 1)``.
        phase: active when the second began; None before the first and after the last. ``role`` is its role.
        offered: scheduled arrivals; ``sent`` were started, ``good`` answered in time, ``failed`` by kind.
        requests: calls that client services began, ``attempts`` their tries over the bridge (where a client can't
            count them: those seen in this second).
        outcomes: attempts (and rejections) that ended in this second, by kind; calls, where attempts aren't counted.
        amplification: attempts / requests in the 5 s window that ends with this second.
        latency_p50_ms: of good answers, from the intended start; ``latency_p99_ms`` alike.
        in_flight: requests of the load that wait.
        bridge_cpu_share: CPU the bridge used, in cores; ``cap_share`` its cap; ``bridge_utilization`` their ratio.
        open_connections: of the bridge; ``accept_queue`` not accepted yet; ``accepted`` in this second.
        queueing_delay_s: how long a connection waits to be accepted: accept queue / accept rate.
        answered_rps: the bridge's work for clients that got an answer, in the 5 s window that ends with this second;
            ``wasted_rps`` for clients that had given up (`lab.analysis.timeline.device_work`).
        queue_depth: requests waiting for a worker, in the service where most do.
        breaker: state of the clients' circuit breaker; ``policy`` their retry policy.
        host_cpu_idle: share of the machine's CPU time that was idle, or of the lab's own CPU limit, where that is less.
        missed: samples that should have been taken in this second and were not.
        provisional: the cohorts of this second can still change.
    """

    second: int
    phase: str | None = None
    role: PhaseRole | None = None
    offered: int | None = None
    sent: int | None = None
    good: int | None = None
    failed: dict[str, int] = field(default_factory=dict)
    requests: int | None = None
    attempts: int | None = None
    outcomes: dict[str, float] = field(default_factory=dict)
    amplification: float | None = None
    latency_p50_ms: float | None = None
    latency_p99_ms: float | None = None
    in_flight: int | None = None
    bridge_cpu_share: float | None = None
    cap_share: float | None = None
    bridge_utilization: float | None = None
    open_connections: int | None = None
    accept_queue: int | None = None
    accepted: float | None = None
    queueing_delay_s: float | None = None
    answered_rps: float | None = None
    wasted_rps: float | None = None
    queue_depth: int | None = None
    breaker: str | None = None
    policy: str | None = None
    host_cpu_idle: float | None = None
    memory_free_bytes: int | None = None
    disk_free_bytes: int | None = None
    missed: int = 0
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A phase as it really was; ``end_s`` is None while it lasts. ``clock``: what a wall clock shows as it begins."""

    name: str
    planned_s: float
    start_s: float
    end_s: float | None = None
    role: PhaseRole | None = None
    clock: str | None = None


@dataclass(frozen=True, slots=True)
class ActionSpan:
    """An action as it really was, from ``action.changed``: the times at which each state was reached.

    ``traits``: what follows from it, as its class declared. ``rebuilt_listener``: its target's was made anew.
    An automation's: ``steps`` it reported, ``ended_s`` when it was done or ``failed`` (why), if it was before it was
    undone. ``verified`` is the read-back after applying, ``reverted_verified`` the one after undoing.
    """

    action: str
    kind: str
    name: str
    fault: str
    target: str
    params: dict[str, Any]
    state: str
    by: str
    traits: Traits = NONE
    intended_s: float | None = None
    applied_s: float | None = None
    reverted_s: float | None = None
    verified: bool | None = None
    reverted_verified: bool | None = None
    rebuilt_listener: bool = False
    error: str | None = None
    ended_s: float | None = None
    failed: str | None = None
    steps: int = 0

    @property
    def over_s(self) -> float | None:
        """When it was over: undone, or, an automation, done or failed before; None while it lasts."""
        ends = [end for end in (self.reverted_s, self.ended_s) if end is not None]
        return min(ends, default=None)
