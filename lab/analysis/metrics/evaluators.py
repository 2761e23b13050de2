"""Evaluates every metric of the registry for a condition over a Timeline. Pure, live and afterwards alike."""

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from lab.analysis.metrics.arrivals import mean_arrivals, peak_to_mean
from lab.analysis.metrics.chain import chain_amplification
from lab.analysis.metrics.holds import holds_for
from lab.analysis.metrics.hysteresis import hysteresis
from lab.analysis.metrics.queueing_delay import queueing_delay_s
from lab.analysis.metrics.recovery import find_recovery
from lab.analysis.metrics.stuck import find_stuck
from lab.analysis.timeline.device_work import device_work
from lab.analysis.timeline.moments import moment_s
from lab.analysis.timeline.rows import amplification
from lab.analysis.timeline.seconds import WINDOW_S
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import Counted, good_share, per_second, total
from lab.drillfile.condition import TRIGGER_END, Condition
from lab.drillfile.holds import number_of
from lab.journal.latency import Histogram


class Series(Protocol):
    """A metric over some seconds; ``final``: only cohorts that can't change any more."""

    def __call__(self, timeline: Timeline, span: range, *, final: bool) -> float | None:
        """The value in the metric's unit; None: not measured."""
        ...


def _rate(what: Counted) -> Series:
    def mean(timeline: Timeline, span: range, *, final: bool) -> float | None:
        return per_second(timeline, span, what, final=final)

    return mean


def _gauge(field: str) -> Series:
    """The mean of a figure that each row has; None where no second has it."""

    def mean(timeline: Timeline, span: range, *, final: bool) -> float | None:
        del final
        values = [getattr(timeline.row(second), field) for second in span]
        known = [float(value) for value in values if value is not None]
        return sum(known) / len(known) if known else None

    return mean


def _latency(share: float) -> Series:
    def percentile(timeline: Timeline, span: range, *, final: bool) -> float | None:
        if total(timeline, span, "offered", final=final) is None:
            return None
        merged = Histogram()
        for second in span:
            cohort = timeline.seconds.at(second).load
            merged.merge(cohort.latency if cohort else {})
        return merged.percentile(share)

    return percentile


def _errors(timeline: Timeline, span: range, *, final: bool) -> float | None:
    share = good_share(timeline, span, final=final)
    return None if share is None else 1.0 - share


def _amplified(timeline: Timeline, span: range, *, final: bool) -> float | None:
    return amplification(timeline.seconds, span, final=final)


def _settled(read: Callable[[Timeline, range], float | None]) -> Series:
    """A metric of counters, which are what they are as soon as they are read."""

    def value(timeline: Timeline, span: range, *, final: bool) -> float | None:
        del final
        return read(timeline, span)

    return value


def _work(field: Literal["answered_rps", "wasted_rps"]) -> Series:
    """The device's work by what became of it; over fewer than 5 s it is that of the 5 s that end with them."""

    def value(timeline: Timeline, span: range, *, final: bool) -> float | None:
        del final
        wide = span if len(span) >= WINDOW_S else range(span.stop - WINDOW_S, span.stop)
        work = device_work(timeline.seconds, wide) if len(span) else None
        return None if work is None else getattr(work, field)

    return value


def _elapsed(timeline: Timeline, span: range, *, final: bool) -> float | None:
    del span, final
    return timeline.now_s - timeline.phases[0].start_s if timeline.phases else None


def _stuck(timeline: Timeline, condition: Condition) -> float | None:
    del condition
    value = find_stuck(timeline).value
    return None if value is None else float(value)


def _holds(timeline: Timeline, condition: Condition) -> float | None:
    return number_of(holds_for(timeline, condition).value)


def _hysteresis(timeline: Timeline, condition: Condition) -> float | None:
    del condition
    return hysteresis(timeline)


def _time_to_recover(timeline: Timeline, condition: Condition) -> float | None:
    return find_recovery(timeline, moment_s(timeline, condition.since or TRIGGER_END)).time_s


SERIES: Mapping[str, Series] = {
    "offered": _rate("offered"),
    "goodput": _rate("good"),
    "attempts": _rate("attempts"),
    "amplification": _amplified,
    "chain_amplification": _settled(chain_amplification),
    "latency_p50": _latency(0.50),
    "latency_p99": _latency(0.99),
    "error_ratio": _errors,
    "in_flight": _gauge("in_flight"),
    "bridge_utilization": _gauge("bridge_utilization"),
    "open_connections": _gauge("open_connections"),
    "arrivals": _settled(mean_arrivals),
    "peak_to_mean": _settled(peak_to_mean),
    "accept_queue": _gauge("accept_queue"),
    "queueing_delay": _settled(queueing_delay_s),
    "answered": _work("answered_rps"),
    "wasted": _work("wasted_rps"),
    "queue_depth": _gauge("queue_depth"),
    "host_cpu_idle": _gauge("host_cpu_idle"),
    "memory_free": _gauge("memory_free_bytes"),
    "disk_free": _gauge("disk_free_bytes"),
    "elapsed": _elapsed,
}
"""Metrics that have a value at every second."""

RUN: Mapping[str, Callable[[Timeline, Condition], float | None]] = {
    "stuck": _stuck,
    "time_to_recover": _time_to_recover,
    "hysteresis": _hysteresis,
    "holds": _holds,
}
"""Metrics that are one figure of the whole run."""

SMOOTHED = frozenset(
    {
        "offered",
        "goodput",
        "attempts",
        "amplification",
        "chain_amplification",
        "latency_p50",
        "latency_p99",
        "error_ratio",
    }
)
"""Metrics whose ``max`` and ``min`` are over 5 s windows; those of the others over single seconds."""
