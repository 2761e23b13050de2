"""Defects written into the journal of a real healthy run: pure functions from its events to altered ones.

For what can't be done to a lab from outside: figures that were counted wrong, lost, or never undone.
"""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, TypeVar

from lab.analysis import Timeline
from lab.journal.entry import Entry
from lab.journal.events import (
    ActionChanged,
    BridgeSample,
    CalibrationMeasured,
    CanarySample,
    Event,
    HostSample,
    LoadSample,
    PhaseEntered,
    RunOpened,
    ServiceSample,
)
from lab.journal.plane_events import PlaneConfigured, PlaneSample

Alter = Callable[[Sequence[Event]], list[Event]]
E = TypeVar("E", bound=Entry)

SAMPLES = (LoadSample, ServiceSample, BridgeSample, HostSample)


def changed(kind: type[E], change: Callable[[E], dict[str, Any]]) -> Alter:
    """Every event of a kind with other values."""

    def alter(events: Sequence[Event]) -> list[Event]:
        return [
            event.model_copy(update=change(event)) if isinstance(event, kind) else event for event in events
        ]

    return alter


def grown(kind: type[E], figure: str, times: float, **only: str) -> Alter:
    """A cumulative figure that grows so many times as fast, from the first phase on."""

    def alter(events: Sequence[Event]) -> list[Event]:
        begun_s = _first_phase_s(events)
        first: dict[tuple[object, ...], float] = {}
        found: list[Event] = []
        for event in events:
            value = getattr(event, figure, None) if isinstance(event, kind) and _is(event, only) else None
            if value is None or event.t < begun_s:
                found.append(event)
                continue
            who = tuple(getattr(event, name, None) for name in ("service", "boot", "device"))
            base = first.setdefault(who, value)
            found.append(event.model_copy(update={figure: type(value)(base + times * (value - base))}))
        return found

    return alter


def together(*alterations: Alter) -> Alter:
    """One after the other."""

    def alter(events: Sequence[Event]) -> list[Event]:
        for one in alterations:
            events = one(events)
        return list(events)

    return alter


def _is(event: object, only: dict[str, str]) -> bool:
    return all(getattr(event, name) == value for name, value in only.items())


def _first_phase_s(events: Sequence[Event]) -> float:
    return next((event.t for event in events if isinstance(event, PhaseEntered)), 0.0)


def lost_samples(one_in: int) -> Alter:
    """One sample in so many was never taken."""

    def alter(events: Sequence[Event]) -> list[Event]:
        begun_s, taken = _first_phase_s(events), count(1)
        return [
            event
            for event in events
            if not isinstance(event, SAMPLES) or event.t < begun_s or next(taken) % one_in
        ]

    return alter


def lost_outcomes(percent: int) -> Alter:
    """So many percent of the attempts have no end."""

    def lose(sample: ServiceSample) -> dict[str, Any]:
        kept = {kind: total * (100 - percent) // 100 for kind, total in sample.outcomes_total.items()}
        return {"outcomes_total": kept}

    return changed(ServiceSample, lose)


def never_read_back(kind: str, state: str) -> Alter:
    """The actions of a kind that came to a state did so by their own word only."""
    return changed(
        ActionChanged,
        lambda action: {"verified": False} if (action.kind, action.state) == (kind, state) else {},
    )


def other_capacity(times: float) -> Alter:
    """Calibration found so many times what the drill wants, give or take 4 %."""

    def other(one: CalibrationMeasured) -> dict[str, Any]:
        found = times * one.asked_rps
        return {"capacity_rps": found, "capacity_low_rps": 0.96 * found, "capacity_high_rps": 1.04 * found}

    return changed(CalibrationMeasured, other)


def known_within(share: float) -> Alter:
    """Calibration found what the drill wants, give or take this share of it."""

    def wide(one: CalibrationMeasured) -> dict[str, Any]:
        low, high = (1 - share) * one.asked_rps, (1 + share) * one.asked_rps
        return {"capacity_rps": one.asked_rps, "capacity_low_rps": low, "capacity_high_rps": high}

    return changed(CalibrationMeasured, wide)


def calibrated(**values: Any) -> Alter:  # noqa: ANN401 - a value of the event, whatever it is
    """Calibration found this."""
    return changed(CalibrationMeasured, lambda _: values)


def congested_before(phase: str, queue: int, wait_ms: float) -> Alter:
    """So many connections waited for the device before a phase, and the canary's calls took so long."""

    def alter(events: Sequence[Event]) -> list[Event]:
        until_s = next((e.t for e in events if isinstance(e, PhaseEntered) and e.phase == phase), 0.0)
        waiting = changed(BridgeSample, lambda one: {"accept_queue": queue} if one.t < until_s else {})
        late = changed(CanarySample, lambda one: {"latency_ms": wait_ms} if one.started_s < until_s else {})
        return late(waiting(events))

    return alter


def busy(share: float) -> Alter:
    """Each service uses so much of a core more than it did."""

    def alter(events: Sequence[Event]) -> list[Event]:
        begun_s = _first_phase_s(events)

        def use(sample: ServiceSample) -> dict[str, Any]:
            used = sample.cpu_s_total
            return {} if used is None else {"cpu_s_total": used + share * max(0.0, sample.t - begun_s)}

        return changed(ServiceSample, use)(events)

    return alter


def stolen(share: float) -> Alter:
    """Others on the same hardware took so much of the machine's time."""

    def alter(events: Sequence[Event]) -> list[Event]:
        first = next((event for event in events if isinstance(event, HostSample)), None)
        zero_s = 0.0 if first is None else first.total_s_total
        return changed(
            HostSample,
            lambda host: {"steal_s_total": host.steal_s_total + share * (host.total_s_total - zero_s)},
        )(events)

    return alter


def held_back(share: float) -> Alter:
    """The lab's control group has a CPU limit, which held it back in so many of the kernel's periods."""
    return changed(
        HostSample,
        lambda host: {
            "cpu_limit_cores": 0.5,
            "cpu_periods_total": int(10 * host.t),
            "cpu_held_total": int(10 * share * host.t),
        },
    )


def on_a_slow_cpu(every: int) -> Alter:
    """The machine has a fast and a slow CPU, and the device is on the slow one in one second of so many."""
    machine = {"cpu_kinds": "1 of 5.0 GHz, 1 of 3.6 GHz", "fast_cpus": "0", "slow_cpus": [1]}

    def alter(events: Sequence[Event]) -> list[Event]:
        hybrid = changed(RunOpened, lambda run: {"machine": run.machine | machine})(events)
        return changed(BridgeSample, lambda sample: {"cpu": int(int(sample.t) % every == 0)})(hybrid)

    return alter


def jumped(by_s: float, *clocks: str) -> Alter:
    """Clocks of the machine jump by so much in the middle of the phases."""

    def alter(events: Sequence[Event]) -> list[Event]:
        middle_s = (_first_phase_s(events) + events[-1].t) / 2

        def jump(host: HostSample) -> dict[str, Any]:
            read = {clock: getattr(host, clock) for clock in clocks}
            return {clock: at + by_s for clock, at in read.items() if at is not None and host.t >= middle_s}

        return changed(HostSample, jump)(events)

    return alter


def waiting_calls(number: int) -> Alter:
    """The client's library has so many calls that wait for a thread."""
    return changed(
        ServiceSample, lambda sample: {} if sample.attempts_total is None else {"calls_queued": number}
    )


def unasked_seconds(plane: str, one_in: int) -> Alter:
    """A plane was not asked about one second in so many."""

    def alter(events: Sequence[Event]) -> list[Event]:
        return [
            event
            for event in events
            if not (isinstance(event, PlaneSample) and event.plane == plane and event.second % one_in == 0)
        ]

    return alter


def planes_of(**values: Any) -> Alter:  # noqa: ANN401 - a value of the event, whatever it is
    """Every plane was set up like this."""
    return changed(PlaneConfigured, lambda _: values)


def silent_pager(events: Sequence[Event]) -> list[Event]:
    """On-call reported nothing."""
    pager = Timeline.fold(events).roles.pager
    return [event for event in events if not (isinstance(event, ServiceSample) and event.service == pager)]
