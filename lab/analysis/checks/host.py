"""The machine gave its time: less than 2 % was stolen by others on the same hardware, or held back by a CPU limit.

Where it has fast and slow CPUs, the device stayed on one kind: its capacity is that of the CPU that it runs on.
"""

from lab.analysis.checks.checker import below, within
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import HostSample

STEAL_PERCENT = 2.0
HELD_PERCENT = 2.0
"""Of the periods (of 0.1 s as a rule) in which the kernel grants CPU: about one in 5 s."""

OTHER_KIND = "device on another kind of CPU"
OTHER_KIND_PERCENT = 5.0
"""Of the seconds. A slow CPU has about two thirds of a fast one's speed: 5 % of them move a capacity by 2 %."""


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
    return [steal, *_held_back(hosts), *_on_one_kind(timeline)]


def _held_back(hosts: list[HostSample]) -> list[Finding]:
    """Nothing where no limit is, or none was all the time."""
    first, last = hosts[0], hosts[-1]
    if last.cpu_limit_cores is None or last.cpu_periods_total is None or first.cpu_periods_total is None:
        return []
    held = (last.cpu_held_total or 0) - (first.cpu_held_total or 0)
    share = ratio(held, last.cpu_periods_total - first.cpu_periods_total) or 0.0
    detail = f"of the time: the lab's control group may use {last.cpu_limit_cores:g} cores"
    return [below("held back by a CPU limit", HELD_PERCENT, "%", 100 * share, detail)]


def _on_one_kind(timeline: Timeline) -> list[Finding]:
    """From the calibration on, of every second in which it was read. Nothing where all CPUs are alike."""
    machine = timeline.run.machine if timeline.run else {}
    slow = {*machine.get("slow_cpus", ())}
    if not slow or not timeline.calibrations:
        return []
    begun_s = timeline.calibrations[-1].t
    seen = [one.cpu in slow for one in timeline.bridges if one.cpu is not None and one.t >= begun_s]
    share = ratio(min(sum(seen), len(seen) - sum(seen)), len(seen))
    pin = f"taskset -c {machine.get('fast_cpus')} lab run DRILL pins an embedded lab"
    detail = f"{timeline.roles.device}, on a machine with {machine.get('cpu_kinds')} CPUs; {pin}"
    return [below(OTHER_KIND, OTHER_KIND_PERCENT, "%", None if share is None else 100 * share, detail)]
