"""How each role of the system was in a second, in one word.

The first rule that holds decides:

============  ======================================================================================================
stopped       its process has ended, or is taken down, and was not read since; or a device does not listen
paused        an action that silences it is active, its process lives
unknown       it was not read in this second nor in the one before, or its counts are not complete yet
breaker-open  the circuit breaker of its own calls is open or half-open: it refuses them, but for a few probes
degraded      it lives, and most of what came to an end in this second failed, or came too late for whoever had asked;
              of a device: more of its work was wasted than answered, or its queueing delay makes answers useless
idle          it lives, and had nothing to do: nothing asked of it (but by the canary), nothing under way
healthy       everything else
============  ======================================================================================================

Idle is no judgement: a service that nothing asks may be broken.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lab.analysis.system.device_second import device_sample
from lab.analysis.system.newest_sample import newest_in, taken_until
from lab.analysis.system.system_map import Node, SystemMap
from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import BridgeSample, LoadSample, ServiceSample

ServiceState = Literal["healthy", "degraded", "breaker-open", "paused", "stopped", "unknown", "idle"]

Sample = BridgeSample | LoadSample | ServiceSample

NOTHING = 0.5
"""Fewer in a second are what interpolation leaves at the edges of a busy one."""
LATELY = 4
"""Samples, one a second."""
GONE = frozenset({"exited", "stopped"})
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ServiceSecond:
    """A role in a second.

    Attributes:
        state: in one word, by the rules above.
        breaker: closed, open or half-open; None: it has none.
        policy: the retry policy of its calls, as it was written; None: it makes none, or was not read.
        queue_depth: requests that wait for a worker; None: not read.
    """

    state: ServiceState
    breaker: str | None = None
    policy: str | None = None
    queue_depth: int | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """What a role was asked in a second, and what of its work ended well or badly."""

    asked: float
    good: float
    bad: float
    under_way: float

    @property
    def state(self) -> ServiceState:
        if max(self.asked, self.good + self.bad, self.under_way) < NOTHING:
            return "idle"
        return "degraded" if self.bad > self.good and self.bad >= NOTHING else "healthy"


def service_second(
    timeline: Timeline, found: SystemMap, node: Node, second: int, active: Iterable[ActionSpan]
) -> ServiceSecond:
    """A role of a map in a second, in which these actions were active."""
    sample = newest_sample(timeline, node, second)
    state = _of_process(timeline, node.name, second, sample, active) or _of_work(
        timeline, found, node, second, sample
    )
    if not isinstance(sample, ServiceSample):
        return ServiceSecond(state)
    return ServiceSecond(state, sample.breaker, sample.policy, sample.queue_depth)


def newest_sample(timeline: Timeline, node: Node, second: int) -> Sample | None:
    """The newest sample of a role in a second, of the kind that it has; None: it was not read."""
    if node.kind == "device":
        return device_sample(timeline, node.name, second)
    if node.kind == "load":
        return newest_in(timeline.loads, second)
    return newest_in(timeline.services.get(node.name, ()), second)


def _of_process(
    timeline: Timeline, name: str, second: int, sample: Sample | None, active: Iterable[ActionSpan]
) -> ServiceState | None:
    """Stopped or paused, where its process is; None: it runs, as far as that is known."""
    silencing = [a for a in active if a.traits.silences and name in timeline.roles.named_by(a.target)]
    if any(action.traits.ends_process for action in silencing):
        return "stopped"
    service = timeline.roles.process_of(name)
    changes = (change for change in reversed(timeline.changes) if change.service == service)
    last = next((change for change in changes if change.t < second + 1), None)
    if last is not None and last.state in GONE and (sample is None or sample.t <= last.t):
        return "stopped"
    return "paused" if silencing else None


def _of_work(
    timeline: Timeline, found: SystemMap, node: Node, second: int, sample: Sample | None
) -> ServiceState:
    """How it is by what it did."""
    match sample:
        case BridgeSample():
            return _of_device(timeline, found, sample, second)
        case LoadSample():
            return _of_load(timeline, sample, second)
        case ServiceSample():
            return _of_service(timeline, node, sample, second)
        case None:
            return "unknown"


def _of_device(timeline: Timeline, found: SystemMap, sample: BridgeSample, second: int) -> ServiceState:
    if sample.listening is False:
        return "stopped"
    if sample.device != found.device:
        return "healthy" if _carried(timeline, sample.device, second) else "idle"
    row = timeline.row(second)
    if row.accepted is None:
        return "unknown"
    if max(row.accept_queue or 0, row.accepted - (_of_canary(timeline, second) or 0.0)) < NOTHING:
        return "idle"
    late = found.useless_from_s is not None and (row.queueing_delay_s or 0.0) >= found.useless_from_s
    return "degraded" if late or (row.wasted_rps or 0.0) > (row.answered_rps or 0.0) else "healthy"


def _carried(timeline: Timeline, reserve: str, second: int) -> bool:
    """Whether a device beside the main one had connections lately: one sample alone may fall between two calls."""
    samples = timeline.reserves.get(reserve, [])
    until = taken_until(samples, second)
    return any(one.open_connections or one.accept_queue for one in samples[max(0, until - LATELY) : until])


def _of_canary(timeline: Timeline, second: int) -> float | None:
    return timeline.seconds.counted(timeline.roles.canary, "attempts", second)


def _of_load(timeline: Timeline, sample: LoadSample, second: int) -> ServiceState:
    counted = (
        timeline.seconds.counted(timeline.roles.load, what, second) for what in ("requests", "ok", "failed")
    )
    asked, good, bad = counted
    if asked is None or good is None or bad is None:
        return "unknown"
    return _Work(asked, good, bad, sample.in_flight).state


def _of_service(timeline: Timeline, node: Node, sample: ServiceSample, second: int) -> ServiceState:
    work = _work(timeline, node, sample, second)
    if work is None:
        return "unknown"
    if sample.breaker is not None and sample.breaker != CLOSED:
        return "breaker-open"
    return work.state


def _work(timeline: Timeline, node: Node, sample: ServiceSample, second: int) -> _Work | None:
    """What it was asked; of a role that calls for itself, what it called. None: not counted yet."""
    seconds, roles = timeline.seconds, timeline.roles
    if node.kind != "server" and node.name not in roles.serving:
        what = ("calls", "answered", "given up", "refused")
        asked, good, late, refused = (seconds.counted(node.name, one, second) for one in what)
        if asked is None or good is None or late is None or refused is None:
            return None
        return _Work(asked, good, late + refused, sample.attempts_in_flight or 0)
    counted = (
        seconds.counted(node.name, what, second) for what in ("requests", "served", "failed", "abandoned")
    )
    asked, good, failed, abandoned = counted
    if asked is None or good is None or failed is None or abandoned is None:
        return None
    canary = (_of_canary(timeline, second) or 0.0) if node.name in roles.asked_by_canary else 0.0
    return _Work(max(0.0, asked - canary), max(0.0, good - canary), failed + abandoned, sample.in_flight)
