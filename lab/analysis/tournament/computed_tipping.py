"""Where a search should tip by :mod:`lab.analysis.tournament.storm_model`, with what its own runs say of the device.

    capacity     as calibrated
    throttled    connections/s that the bridge carried early in the trigger, while more of them waited
    abandoned    connections/s that it carried while a storm was stuck: all of those clients had given up

A share of CPU is not a share of connections (40 % of the CPU carried 52 % in containers), and the crowd of clients that
give up in a calibration is small: so both are read from the runs, as medians. Where no run has them, the share that
was asked for and what was calibrated stand in for them. A core is faster in one second than in the next, and all
three figures with it: `low` and `high` are for a device as slow and as fast as the ends of the capacity's interval.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil
from statistics import median

from pydantic import BaseModel, ConfigDict

from lab.analysis.metrics.stuck import find_stuck, timeout_s
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import whole_seconds, work_waits
from lab.analysis.tournament.storm_model import StormModel, tipping_rate_rps, tipping_trigger_s
from lab.drillfile.model import LAB, Drill, Search, Step

THROTTLE = "capacity"
"""The fault that the model is of."""
ABANDONED = 1.26
"""Abandoned / answered connections per second, where that was not calibrated: 1.27 embedded, 1.26 in containers
(tests/data/golden, retry-storm)."""
LEAST_RPS = 1e-6
"""A throttle that lets nothing through, for a model that divides by it."""
EARLY_TIMEOUTS = 2
"""So many timeouts after the trigger began, clients still wait for most of what is carried."""


class Computed(BaseModel):
    """Where it should tip. ``value`` None: nowhere in what was searched, or (``because``) there is no model of it.

    ``low`` and ``high``: at the ends of the capacity's interval. ``chance_s``: by how much the length varies from seed
    to seed, one standard deviation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    value: float | None = None
    low: float | None = None
    high: float | None = None
    chance_s: float | None = None
    because: str | None = None
    offered_rps: float | None = None
    attempts: int | None = None
    timeout_s: float | None = None
    capacity_rps: float | None = None
    abandoned_rps: float | None = None
    throttled_rps: float | None = None
    queue: int | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What a run says of the device.

    Attributes:
        capacity_rps: as calibrated, from ``low_rps`` to ``high_rps``; ``given_up_rps`` of clients that are gone.
        queue: connections that may wait.
        throttled_rps: connections in each second under the throttle; ``stuck_rps`` while the storm was stuck.
    """

    device: str
    capacity_rps: float
    low_rps: float
    high_rps: float
    given_up_rps: float | None = None
    queue: int | None = None
    throttled_rps: tuple[float, ...] = ()
    stuck_rps: tuple[float, ...] = ()


def carried(timeline: Timeline) -> Carried | None:
    """Of one run; None: nothing was calibrated, or there was no trigger."""
    last = timeline.calibrations[-1] if timeline.calibrations else None
    trigger, drill = timeline.trigger, timeline.drill
    if last is None or not last.capacity_rps or drill is None:
        return None
    if trigger.start_s is None or trigger.end_s is None:
        return None
    early_s = min(trigger.end_s, trigger.start_s + EARLY_TIMEOUTS * timeout_s(drill) + 1)
    throttled = (s for s in whole_seconds(trigger.start_s, early_s) if work_waits(timeline, s))
    stuck = find_stuck(timeline)
    return Carried(
        device=last.target,
        capacity_rps=last.capacity_rps,
        low_rps=last.capacity_low_rps or min(last.windows_rps),
        high_rps=last.capacity_high_rps or max(last.windows_rps),
        given_up_rps=last.given_up_rps,
        queue=last.listen_queue,
        throttled_rps=tuple(_accepted(timeline, throttled)),
        stuck_rps=tuple(_accepted(timeline, stuck.seconds if stuck.value else ())),
    )


def _accepted(timeline: Timeline, seconds: Iterable[int]) -> Iterator[float]:
    found = (timeline.row(second).accepted for second in seconds)
    return (count for count in found if count is not None)


def compute(drill: Drill, runs: Iterable[Carried | None]) -> Computed:
    """Where a drill with a ``search`` should tip.

    Args:
        drill: what was searched.
        runs: what each of its runs says of the device.
    """
    known = [run for run in runs if run is not None]
    search = drill.search
    if search is None or not known:
        return Computed(because="no run calibrated a device and had a trigger")
    why, attempts, share = _asked(drill, known[-1].device)
    if why is not None:
        return Computed(because=why)
    last, capacity_rps = known[-1], known[-1].capacity_rps
    model = StormModel(
        offered_rps=drill.load.requests_rps,
        attempts=attempts,
        timeout_s=timeout_s(drill),
        capacity_rps=capacity_rps,
        abandoned_rps=max(
            LEAST_RPS,
            _median((run.stuck_rps for run in known), last.given_up_rps or ABANDONED * capacity_rps),
        ),
        throttled_rps=max(
            LEAST_RPS,
            min(capacity_rps, _median((run.throttled_rps for run in known), share * capacity_rps)),
        ),
        queue=last.queue or drill.bridge.queue_s * drill.bridge.headroom * drill.load.requests_rps,
    )
    low, high = (_tips(_faster(model, edge), drill, search) for edge in (last.low_rps, last.high_rps))
    return Computed(
        value=_tips(model, drill, search),
        low=low,
        high=high,
        chance_s=_rounded(model.chance_s) if search.vary == "trigger" else None,
        offered_rps=model.offered_rps,
        attempts=model.attempts,
        timeout_s=model.timeout_s,
        capacity_rps=_rounded(model.capacity_rps),
        abandoned_rps=_rounded(model.abandoned_rps),
        throttled_rps=_rounded(model.throttled_rps),
        queue=round(model.queue),
    )


def _faster(model: StormModel, capacity_rps: float) -> StormModel:
    """The same on a device of another speed."""
    times = capacity_rps / model.capacity_rps
    return replace(
        model,
        capacity_rps=capacity_rps,
        abandoned_rps=times * model.abandoned_rps,
        throttled_rps=times * model.throttled_rps,
    )


def _tips(model: StormModel, drill: Drill, search: Search) -> float | None:
    """The trigger's length in s, or the rate in requests/s, at which it tips; None: not up to the search's end."""
    watched_s = drill.after_trigger_s or 0.0
    if search.vary == "trigger":
        return _rounded(tipping_trigger_s(model, search.high, watched_s))
    trigger_s = sum(phase.planned_s for phase in drill.phases_of("trigger"))
    return _rounded(tipping_rate_rps(model, trigger_s, search.high, watched_s))


def _asked(drill: Drill, device: str) -> tuple[str | None, int, float]:
    """Why there is no model of this drill (None: there is one); attempts per request; the throttle's share."""
    match drill.trigger:
        case (Step(what=what, target=target, params={"share": share}),) if (
            what == THROTTLE and target == device
        ):
            pass
        case _:
            return (
                f"the model is of one throttle (fault {THROTTLE} of {device}), and this trigger is another",
                0,
                0,
            )
    retrying = {
        service: settings
        for service, settings in drill.configuration.items()
        if settings.get("policy", "none") != "none" or settings.get("library", LAB) != LAB
    }
    if len(retrying) != 1:
        return f"the model is of one service that retries, not of {len(retrying)}", 0, 0
    ((service, settings),) = retrying.items()
    retries = _immediate_retries(str(settings.get("policy", "none")))
    if retries is None or settings.get("library", LAB) != LAB or settings.get("connections", "new") != "new":
        return f"the model is of immediate retries over new connections, and {service} has others", 0, 0
    begun = ceil(drill.load.patience_s / timeout_s(drill))  # attempts that begin before the load gives up
    return None, min(1 + retries, begun), float(share)


def _immediate_retries(policy: str) -> int | None:
    """How many; None: the policy is another."""
    from services.policies.parse import layers  # noqa: PLC0415 - the seam to the services, as in registries

    match layers(policy):
        case [(spec, given)] if spec.name == "immediate":
            return int(given["retries"])
        case _:
            return None


def _median(runs: Iterable[tuple[float, ...]], otherwise: float) -> float:
    """Of every second of all runs; another figure where none has one."""
    found = [figure for run in runs for figure in run]
    return median(found) if found else otherwise


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
