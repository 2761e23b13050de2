"""The CPU cap of a device, quota or governor's share as read back each second, is what the lab has set."""

from lab.analysis.checks.as_set import (
    CAP_LATE_S,
    UNKNOWN,
    AsSet,
    as_set,
    devices,
    has_readings,
    span_text,
    stretches,
)
from lab.analysis.checks.disturbed import disturbed
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding

NAME = "CPU cap as set"
NEAR = 0.01
"""A quota is in whole microseconds of a period: shares this close (relative) are the same."""


def check_cap_changed(timeline: Timeline) -> list[Finding]:
    """Every sample between the first phase's start and the last one's end."""
    if not has_readings(timeline):
        return []
    said = []
    end_s = (timeline.judged or (0.0, 0.0))[1]
    for device, samples in devices(timeline).items():
        cap = _as_set(timeline, device)
        known = [s for s in samples if s.cpu_s_total is not None]
        wrong = [(s.t, s.cpu_share) for s in known if not _same(s.cpu_share, cap.expected(s.t))]
        for first_s, last_s, share in stretches(wrong):
            wanted = cap.expected(first_s)
            said.append(
                f"{device} had {_text(share)} {span_text(first_s, last_s, end_s)}, and the lab had set {_text(wanted)}"
            )
    return disturbed(NAME, said, measured=any(devices(timeline).values()))


def _as_set(timeline: Timeline, device: str) -> AsSet:
    """As calibrated (a run of a series has no action that says so), until an action."""
    last = timeline.calibrations[-1] if timeline.calibrations else None
    found = None if last is None or device != last.target else last.cpu_share
    cap = as_set(timeline, device, "cpu_share", UNKNOWN if found is None else found)
    cap.late_s = CAP_LATE_S
    return cap


def _same(share: float | None, wanted: object) -> bool:
    if wanted is UNKNOWN or share == wanted:
        return True
    return share is not None and isinstance(wanted, int | float) and abs(share - wanted) <= NEAR * wanted


def _text(share: object) -> str:
    return f"{100 * share:.3g} % of a core" if isinstance(share, int | float) else "no CPU cap"
