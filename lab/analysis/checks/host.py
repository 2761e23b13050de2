"""The machine gave its time: less than 2 % was stolen by others on the same hardware, or held back by a CPU limit."""

from lab.analysis.checks.checker import below, within
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import HostSample

STEAL_PERCENT = 2.0
HELD_PERCENT = 2.0
"""Of the periods (of 0.1 s as a rule) in which the kernel grants CPU: about one in 5 s."""


def check_host(timeline: Timeline) -> list[Finding]:
    """Stolen / all CPU time over the phases; and where the lab's control group has a CPU limit, what it held back."""
    hosts = within(timeline.hosts, timeline.judged)
    if not hosts:
        return [below("steal", STEAL_PERCENT, "%", None)]
    stolen = ratio(
        hosts[-1].steal_s_total - hosts[0].steal_s_total,
        hosts[-1].total_s_total - hosts[0].total_s_total,
    )
    steal = below("steal", STEAL_PERCENT, "%", None if stolen is None else 100 * stolen)
    return [steal, *_held_back(hosts)]


def _held_back(hosts: list[HostSample]) -> list[Finding]:
    """Nothing where no limit is, or none was all the time."""
    first, last = hosts[0], hosts[-1]
    if last.cpu_limit_cores is None or last.cpu_periods_total is None or first.cpu_periods_total is None:
        return []
    held = (last.cpu_held_total or 0) - (first.cpu_held_total or 0)
    share = ratio(held, last.cpu_periods_total - first.cpu_periods_total) or 0.0
    detail = f"of the time: the lab's control group may use {last.cpu_limit_cores:g} cores"
    return [below("held back by a CPU limit", HELD_PERCENT, "%", 100 * share, detail)]
