"""What a living lab is at: its figures of the last whole seconds, and what is active on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ActiveAction:
    """Something that is applied and not undone; ``id`` is what undoes it."""

    id: str
    fault: str
    target: str


@dataclass(frozen=True, slots=True)
class LabFigures:
    """As `lab status` shows them. None: not measured, which is never 0.

    Attributes:
        run: the lab's name; ``state`` what it is at, ``up`` where one can play with it.
        uptime_s: since its journal began.
        offered_rps: requests scheduled per second; ``goodput_rps`` correct answers within the SLO.
        attempts_rps: what clients sent over the bridge, retries included.
        amplification: attempts per request.
        bridge_utilization: used share of its capacity, 0..1; ``reserve_utilization`` of each device beside it.
        bridge_accept_queue: connections that wait.
        queueing_delay_s: how long they wait; ``useless_from_s``: from then on no answer is of use (the clients'
            timeout, or the SLO where that is shorter).
        answered_rps: the bridge's work for clients that got an answer; ``wasted_rps`` for clients that had given up.
        policy: how the clients retry.
        active: what was applied, oldest first, the lab's own settings included.
    """

    run: str
    runtime: str
    state: str
    uptime_s: float
    offered_rps: float | None
    goodput_rps: float | None
    attempts_rps: float | None
    amplification: float | None
    bridge_utilization: float | None
    bridge_accept_queue: int | None
    queueing_delay_s: float | None
    useless_from_s: float
    answered_rps: float | None
    wasted_rps: float | None
    reserve_utilization: Mapping[str, float | None]
    policy: str | None
    active: tuple[ActiveAction, ...]

    def as_json(self) -> dict[str, Any]:
        """As `lab status --json` has it."""
        return {
            "run": self.run,
            "runtime": self.runtime,
            "state": self.state,
            "uptime_s": self.uptime_s,
            "offered_rps": self.offered_rps,
            "goodput_rps": self.goodput_rps,
            "attempts_rps": self.attempts_rps,
            "amplification": self.amplification,
            "bridge_utilization": self.bridge_utilization,
            "bridge_accept_queue": self.bridge_accept_queue,
            "queueing_delay_s": self.queueing_delay_s,
            "useless_from_s": self.useless_from_s,
            "answered_rps": self.answered_rps,
            "wasted_rps": self.wasted_rps,
            **{f"{device}_utilization": share for device, share in self.reserve_utilization.items()},
            "policy": self.policy,
            "active": [f"{one.id}: {one.fault} on {one.target}" for one in self.active],
        }
