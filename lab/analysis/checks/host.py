"""The machine gave its time: less than 2 % was stolen by others on the same hardware."""

from lab.analysis.checks.checker import below, within
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding

STEAL_PERCENT = 2.0


def check_host(timeline: Timeline) -> list[Finding]:
    """Stolen / all CPU time over the phases."""
    hosts = within(timeline.hosts, timeline.judged)
    if not hosts:
        return [below("steal", STEAL_PERCENT, "%", None)]
    stolen = ratio(
        hosts[-1].steal_s_total - hosts[0].steal_s_total,
        hosts[-1].total_s_total - hosts[0].total_s_total,
    )
    return [below("steal", STEAL_PERCENT, "%", None if stolen is None else 100 * stolen)]
