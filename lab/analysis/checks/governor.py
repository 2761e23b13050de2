"""The cap was delivered: while connections queue for the bridge it uses its CPU share, to 5 %.

Our governor has to deliver the share. A quota is the kernel's: a bridge that waits for the router, with connections
in its queue, uses less of it, and that is no fault of the instrument.
"""

from itertools import pairwise

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import judged_seconds, work_waits
from lab.analysis.verdict.verdict import Finding

PERCENT = 5.0
LEAST_S = 5
"""Saturated seconds below which the check does not apply."""


def check_governor(timeline: Timeline) -> list[Finding]:
    """Used / cap over the seconds that began and ended with a full accept queue under one cap, without a fault."""
    rows = [timeline.row(second) for second in judged_seconds(timeline)]
    used = cap = 0.0
    seconds = 0
    for row, after in pairwise(rows):
        same_cap = row.cap_share is not None and row.cap_share == after.cap_share
        waiting = work_waits(timeline, row.second)
        if waiting and same_cap and row.bridge_cpu_share is not None and not _hurt(timeline, row.second):
            used, cap, seconds = used + row.bridge_cpu_share, cap + (row.cap_share or 0.0), seconds + 1
    if seconds < LEAST_S or not cap:
        return []
    off = 100 * (used / cap - 1)
    governed = any(host.governor_cpu_s_total is not None for host in timeline.hosts)
    return [
        Finding(
            name="CPU cap delivered",
            limit=f"within {PERCENT:g} %" if governed else f"at most {PERCENT:g} % too much",
            measured=round(off, 2),
            unit="%",
            ok=off <= PERCENT and (off >= -PERCENT or not governed),
            detail=f"over {seconds} s with connections waiting",
        )
    ]


def _hurt(timeline: Timeline, second: int) -> bool:
    """Whether a fault was active in a second, or just before."""
    for fault in timeline.faults:
        start_s = fault.intended_s if fault.intended_s is not None else fault.applied_s
        end_s = timeline.now_s if fault.reverted_s is None else fault.reverted_s
        if start_s is not None and start_s - 1 <= second <= end_s:
            return True
    return False
