"""What a person asks a living run: what it is at, its figures of the last whole seconds, what is active."""

from typing import Any

from lab.session.session import Session

UP = "up"
"""The state of a lab by hand that takes orders."""


def state(session: Session) -> str:
    """``coming up``, the drill's phase (by hand: ``up``), or ``rolling back``."""
    if session.stop.ending:
        return "rolling back"
    if not session.ready:
        return "coming up"
    if not session.measured:
        return UP
    if session.doing is not None:
        return session.doing
    if session.timeline.done_s is not None:
        return "after the phases"
    return session.timeline.phase_at(session.now_s()) or "before the phases"


def status(session: Session) -> dict[str, Any]:
    """As `lab status` shows it; without figures while the lab comes up."""
    now_s = session.now_s()
    what = {
        "run": session.folder.name,
        "runtime": session.runtime.name,
        "state": state(session),
        "uptime_s": round(now_s, 1),
    }
    return {**what, **_figures(session, now_s)} if session.ready else what


def _figures(session: Session, now_s: float) -> dict[str, Any]:
    rows = [row for row in session.timeline.rows if now_s - 7 <= row.second < now_s - 2]
    seen = [row for row in rows if row.offered]
    last = session.timeline.row(int(now_s) - 1)
    return {
        "offered_rps": _mean([row.offered for row in seen]),
        "goodput_rps": _mean([row.good for row in seen]),
        "attempts_rps": _mean([row.attempts for row in seen]),
        "amplification": seen[-1].amplification if seen else None,
        "bridge_utilization": last.bridge_utilization,
        "bridge_accept_queue": last.accept_queue,
        **_reserves(session),
        "policy": last.policy,
        "active": [f"{intent.id}: {intent.fault} on {intent.target}" for intent in session.injector.open()],
    }


def _reserves(session: Session) -> dict[str, float | None]:
    """CPU of the devices beside the bridge, as a share of their cap, between their last two samples."""
    found = {}
    for device, samples in session.timeline.reserves.items():
        before, after = samples[-2:] if len(samples) > 1 else (None, samples[-1])
        share = None
        if before is not None and None not in {before.cpu_s_total, after.cpu_s_total} and after.cpu_share:
            used = (after.cpu_s_total or 0.0) - (before.cpu_s_total or 0.0)
            share = used / (after.t - before.t) / after.cpu_share
        found[f"{device}_utilization"] = share
    return found


def _mean(values: list[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 1) if known else None
