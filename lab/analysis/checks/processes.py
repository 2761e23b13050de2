"""No process of the lab was itself the bottleneck: loop lag p99 under 50 ms, CPU under 80 % of a core."""

from collections.abc import Iterator

from lab.analysis.checks.checker import below, most_of, within
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding

LAG_MS = 50.0
CPU_PERCENT = 80.0
FEWEST = 3
"""Samples in a phase, below which its CPU is not judged."""


def check_processes(timeline: Timeline) -> list[Finding]:
    """The worst process counts; CPU as its mean over a phase."""
    lags = {name: most_of(values) for name, values in _lags(timeline).items()}
    slow = max(lags, key=lambda name: lags[name] or 0.0, default=None)
    busy = max(_shares(timeline), default=None)
    return [
        below("loop lag p99", LAG_MS, "ms", lags[slow] if slow else None, f"most in {slow}" if slow else ""),
        below(
            "CPU of a process", CPU_PERCENT, "% of a core", busy[0] if busy else None, busy[1] if busy else ""
        ),
    ]


def _lags(timeline: Timeline) -> dict[str, list[float]]:
    lags = {"the lab": [sample.loop_lag_ms for sample in within(timeline.hosts, timeline.judged)]}
    for role, samples in timeline.services.items():
        known = within(samples, timeline.judged)
        lags[timeline.roles.process_of(role)] = [
            sample.loop_lag_p99_ms for sample in known if sample.loop_lag_p99_ms is not None
        ]
    return {name: values for name, values in lags.items() if values}


def _shares(timeline: Timeline) -> Iterator[tuple[float, str]]:
    """CPU by process and phase, in % of a core."""
    for span in timeline.phases:
        whole = (span.start_s, timeline.now_s if span.end_s is None else span.end_s)
        for name, points in _cpu(timeline, whole).items():
            if len(points) >= FEWEST and points[-1][0] > points[0][0]:
                used = (points[-1][1] - points[0][1]) / (points[-1][0] - points[0][0])
                yield 100 * used, f"{name} in {span.name}"


def _cpu(timeline: Timeline, span: tuple[float, float]) -> dict[str, list[tuple[float, float]]]:
    """(run time, CPU s) by process; one that started again counts from there. Roles that share one report the same."""
    cpu = {
        timeline.roles.load: [
            (s.t, s.cpu_s_total) for s in within(timeline.loads, span) if s.cpu_s_total is not None
        ],
        "the lab": [(s.t, s.lab_cpu_s_total) for s in within(timeline.hosts, span)],
    }
    for role, samples in timeline.services.items():
        known = within(samples, span)
        cpu[timeline.roles.process_of(role)] = [
            (s.t, s.cpu_s_total) for s in known if s.cpu_s_total is not None and s.boot == known[-1].boot
        ]
    return cpu
