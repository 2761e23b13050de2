"""What a person asks a living run: what it is at, its figures of the last whole seconds, what is active."""

import math
from typing import Any

from lab.analysis import Timeline
from lab.analysis.metrics.queueing_delay import useless_from_s
from lab.runtime.slots import measuring_now
from lab.session.host import Host
from lab.session.interactive_run import InteractiveRun
from lab.session.lab_figures import ActiveAction, LabFigures
from lab.session.run import Run

UP = "up"
"""The state of an interactive lab that takes orders."""


def state(host: Host) -> str:
    """``coming up``, the drill's phase (of an interactive lab: ``up``), or ``rolling back``."""
    if host.stop.ending:
        return "rolling back"
    if not host.ready:
        return "coming up" if host.folder.ledger.exists() or not host.request.takes_turns else _waiting()
    if isinstance(host.current, InteractiveRun):
        return UP
    if host.doing is not None:
        return host.doing
    if isinstance(host.current, Run):
        return _phase(host.current)
    return "between two runs"


def _waiting() -> str:
    """Before the ledger is begun: whether it is another's turn."""
    holder = measuring_now()
    return "coming up" if holder is None else f"waits for its turn: {holder} measures on this machine"


def _phase(run: Run) -> str:
    if run.timeline.done_s is not None:
        return "after the phases"
    return run.timeline.phase_at(run.now_s()) or "before the phases"


def status(host: Host) -> dict[str, Any]:
    """As `lab status` shows it; without figures while the lab comes up."""
    if host.ready:
        return figures(host).as_json()
    return {
        "run": host.folder.name,
        "runtime": host.runtime.name,
        "state": state(host),
        "uptime_s": round(host.now_s(), 1),
        "progress": _progress(host),
    }


def _progress(host: Host) -> str:
    """How far a lab is that comes up; empty before its first service is started."""
    states = [service.state for service in host.recent.services.values()]
    if not states:
        return ""
    healthy = states.count("healthy")
    said = f"{healthy} of {len(states)} services healthy"
    if healthy < len(states):
        return said
    return f"{said}, {'calibrated' if host.recent.calibrations else 'calibrating the bridge'}"


def figures(host: Host) -> LabFigures:
    """Of the last whole seconds, from what the lab remembers of itself: as cheap after hours as after a minute."""
    now_s, timeline = host.now_s(), host.recent.timeline()
    rows = [timeline.row(second) for second in range(max(0, math.ceil(now_s - 7)), int(now_s - 2))]
    seen = [row for row in rows if row.offered]
    last = timeline.row(int(now_s) - 1)
    split = next((row for row in reversed(rows) if row.answered_rps is not None), last)
    return LabFigures(
        run=host.folder.name,
        runtime=host.runtime.name,
        state=state(host),
        uptime_s=round(now_s, 1),
        offered_rps=_mean([row.offered for row in seen]),
        goodput_rps=_mean([row.good for row in seen]),
        attempts_rps=_mean([row.attempts for row in seen]),
        amplification=seen[-1].amplification if seen else None,
        bridge_utilization=last.bridge_utilization,
        bridge_accept_queue=last.accept_queue,
        queueing_delay_s=_short(last.queueing_delay_s, 3),
        useless_from_s=useless_from_s(host.request.drill),
        answered_rps=_short(split.answered_rps, 1),
        wasted_rps=_short(split.wasted_rps, 1),
        reserve_utilization=_reserves(timeline),
        policy=last.policy,
        active=tuple(ActiveAction(one.id, one.fault, one.target) for one in host.changes.active()),
    )


def _reserves(timeline: Timeline) -> dict[str, float | None]:
    """CPU of the devices beside the bridge, as a share of their cap, between their last two samples."""
    found = {}
    for device, samples in timeline.reserves.items():
        before, after = samples[-2:] if len(samples) > 1 else (None, samples[-1])
        share = None
        if before is not None and None not in {before.cpu_s_total, after.cpu_s_total} and after.cpu_share:
            used = (after.cpu_s_total or 0.0) - (before.cpu_s_total or 0.0)
            share = used / (after.t - before.t) / after.cpu_share
        found[device] = share
    return found


def _short(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)


def _mean(values: list[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 1) if known else None
