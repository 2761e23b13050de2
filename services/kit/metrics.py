"""Prometheus metrics, made from the counters when they are asked for: nothing is counted twice.

Names and units are as `promtool check metrics` wants them (scripts/check_metrics.py, part of `make lint`).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from services.kit.histogram import upper_ms

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_BREAKER = {"closed": 0, "half-open": 1, "open": 2}

_COUNTERS = {
    "requests_total": "requests received on the data port",
    "served_total": "requests answered below 400",
    "abandoned_total": "requests whose client went away before the answer",
    "abandoned_work_total": "requests answered below 400 whose client was gone",
    "connections_total": "connections accepted on the data port",
}
_GAUGES = {
    "queue_depth": "requests waiting for a worker",
    "in_flight": "requests being answered",
}


class _Collector(Collector):
    def __init__(self, read: Callable[[], Mapping[str, Any]]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        now = self._read()
        service = [now["service"]]
        for key, text in _COUNTERS.items():
            counter = CounterMetricFamily(f"lab_{key}", text, labels=["service"])
            counter.add_metric(service, now[key])
            yield counter
        for key, text in _GAUGES.items():
            gauge = GaugeMetricFamily(f"lab_{key}", text, labels=["service"])
            gauge.add_metric(service, now[key])
            yield gauge
        cpu = CounterMetricFamily("lab_cpu_seconds_total", "processor time used", labels=["service"])
        cpu.add_metric(service, now["cpu_s_total"])
        yield cpu
        late = "how late the event loop runs what is due, 99th percentile of 2 s"
        lag = GaugeMetricFamily("lab_loop_lag_p99_seconds", late, labels=["service"])
        lag.add_metric(service, now["loop_lag_p99_ms"] / 1000)
        yield lag
        yield _labelled(
            "lab_failed_total", "requests answered 4xx or 5xx", "status", service, now["failed_total"]
        )
        text = "requests refused or dropped instead of being served"
        yield _labelled("lab_shed_total", text, "reason", service, now["shed_total"])
        yield _labelled("lab_errors_total", "trouble in the process", "error", service, now["errors_total"])
        if now["client"] is not None:
            yield from _client(service, now["client"])

    def describe(self) -> Iterable[Metric]:
        return ()


def registry(read: Callable[[], Mapping[str, Any]]) -> CollectorRegistry:
    """A registry of its own over a function that gives the counters."""
    own = CollectorRegistry()
    own.register(_Collector(read))
    return own


def render(own: CollectorRegistry) -> bytes:
    """The metrics as Prometheus' text format 0.0.4."""
    return bytes(generate_latest(own))


def _client(service: list[str], client: Mapping[str, Any]) -> Iterable[Metric]:
    for key, text in (("calls_total", "calls over the bridge"), ("attempts_total", "tries over the bridge")):
        counter = CounterMetricFamily(f"lab_client_{key}", text, labels=["service"])
        if client[key] is not None:
            counter.add_metric(service, client[key])
            yield counter
    text = "how attempts ended, and who refused one"
    yield _labelled("lab_client_outcomes_total", text, "outcome", service, client["outcomes_total"])
    gauge = GaugeMetricFamily("lab_client_attempts_in_flight", "attempts under way", labels=["service"])
    if client["attempts_in_flight"] is not None:
        gauge.add_metric(service, client["attempts_in_flight"])
        yield gauge
    if client["breaker"] is not None:
        state = GaugeMetricFamily(
            "lab_client_breaker_state", "0 closed, 1 half-open, 2 open", labels=["service"]
        )
        state.add_metric(service, _BREAKER[client["breaker"]])
        yield state
    yield _histogram(service, client["latency"], client["latency_sum_ms"])


def _labelled(
    name: str, text: str, label: str, service: list[str], counts: Mapping[str, int]
) -> CounterMetricFamily:
    counter = CounterMetricFamily(name, text, labels=["service", label])
    for key, count in counts.items():
        counter.add_metric([*service, key], count)
    return counter


def _histogram(service: list[str], latency: Mapping[str, int], sum_ms: float) -> HistogramMetricFamily:
    uppers = [(upper_ms(int(index)) / 1000, count) for index, count in latency.items()]
    buckets = [(str(bound), float(sum(n for upper, n in uppers if upper <= bound))) for bound in BOUNDS_S]
    buckets.append(("+Inf", float(sum(latency.values()))))
    family = HistogramMetricFamily(
        "lab_client_attempt_duration_seconds", "latency of attempts", labels=["service"]
    )
    family.add_metric(service, buckets, sum_value=sum_ms / 1000)
    return family
