"""A device used no more CPU than it was given, waiting work or not: over 5 s at most its cap, a slice, and 10 %.

A governor that died, or one that is stopped, leaves the device uncapped: its queue drains, and a storm that would have
gone on ends. That no connection waits any more is then the effect, and no reason to look away.
"""

from lab.analysis.checks.as_set import CAP_LATE_S, GRACE_S, has_readings, readings
from lab.analysis.checks.disturbed import disturbed
from lab.analysis.checks.governor_alive import deaths_of_governors
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import judged_seconds
from lab.analysis.verdict.verdict import Finding

NAME = "CPU within its cap"
LIMIT_PERCENT = 110.0
SLICE_S = 0.02
"""What may be used ahead over a window: a governor that was late by so much takes it back in the next seconds."""
WINDOW_S = 5
LEAST_S = 3
"""Shorter stretches under one cap say nothing."""


def check_over_cap(timeline: Timeline) -> list[Finding]:
    """The worst window of seconds under one cap, as the samples have it."""
    if not has_readings(timeline):
        return []
    windows = [(_used_percent(timeline, window), window) for window in _windows(timeline)]
    known = [(used, window) for used, window in windows if used is not None]
    if not known:
        return []
    most, span = max(known, key=lambda pair: pair[0])
    said = []
    if most > LIMIT_PERCENT:
        device = timeline.roles.device
        why = "; ".join(f"{what} ({how})" for what, how in deaths_of_governors(timeline))
        when = f"from {span.start} s to {span.stop} s"
        said.append(f"{device} used {most:.0f} % of its CPU cap {when}" + (f": {why}" if why else ""))
    (finding,) = disturbed(NAME, said)
    return [
        finding.model_copy(
            update={"limit": f"<= {LIMIT_PERCENT:g} % of its cap", "measured": round(most, 2), "unit": "%"}
        )
    ]


def _windows(timeline: Timeline) -> list[range]:
    """Every 5 s (and each shorter stretch of 3 s) under one cap, away from what changes it."""
    stretch: list[int] = []
    stretches: list[list[int]] = []
    for second in judged_seconds(timeline):
        cap = timeline.row(second).cap_share
        follows = bool(stretch) and stretch[-1] == second - 1 and timeline.row(stretch[-1]).cap_share == cap
        if cap is None or timeline.row(second).bridge_cpu_share is None or _changing(timeline, second):
            stretch = []
            continue
        if not follows:
            stretch = []
            stretches.append(stretch)
        stretch.append(second)
    found = []
    for seconds in stretches:
        width = min(WINDOW_S, len(seconds))
        if width >= LEAST_S:
            found += [range(s, s + width) for s in range(seconds[0], seconds[-1] - width + 2)]
    return found


def _used_percent(timeline: Timeline, window: range) -> float | None:
    rows = [timeline.row(second) for second in window]
    cap_s = sum(row.cap_share or 0.0 for row in rows)
    used_s = sum(row.bridge_cpu_share or 0.0 for row in rows)
    return 100 * max(0.0, used_s - SLICE_S) / cap_s if cap_s else None


def _changing(timeline: Timeline, second: int) -> bool:
    """Whether an action on the device was under way in a second, or within a sample of it."""
    device = timeline.roles.device
    return any(
        event.target == device
        and event.t - (event.took_ms or 0.0) / 1000 - GRACE_S < second + 1
        and second < event.t + (CAP_LATE_S if any("cpu_share" in r for r in readings(event)) else GRACE_S)
        for event in timeline.acted
    )
