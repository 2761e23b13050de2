"""Prometheus metrics of the load, by customer, made from the counters when they are asked for."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from loadgen.customer import ALL
from loadgen.load import LoadProcess

_COUNTERS = {
    "sessions_scheduled": ("intended", "sessions that were due to begin, as the schedule has them"),
    "sessions_sent": ("sent", "sessions that were begun"),
    "requests_sent": ("requests", "requests sent: one for each step of a session"),
    "sessions_good": ("ok", "sessions whose every answer was correct, within the customer's SLO"),
}
_LABELS = ("customer",)


class _Collector(Collector):
    def __init__(self, load: LoadProcess) -> None:
        self._load = load

    def collect(self) -> Iterable[Metric]:
        tally = self._load.tally
        totals = tally.customers or {ALL: tally.total}
        for name, (attribute, text) in _COUNTERS.items():
            counter = CounterMetricFamily(f"lab_load_{name}", text, labels=_LABELS)
            for customer, counted in totals.items():
                counter.add_metric([customer], getattr(counted, attribute))
            yield counter
        failed = CounterMetricFamily(
            "lab_load_sessions_failed", "sessions not good", labels=("customer", "reason")
        )
        waiting = GaugeMetricFamily("lab_load_sessions_in_flight", "sessions under way", labels=_LABELS)
        for customer, counted in totals.items():
            for reason, count in counted.failed.items():
                failed.add_metric([customer, reason], count)
            waiting.add_metric([customer], counted.in_flight)
        yield failed
        yield waiting
        offered = GaugeMetricFamily(
            "lab_load_offered_rate", "sessions scheduled per second now", labels=_LABELS
        )
        for customer, rate_rps in self._load.rates_rps().items():
            offered.add_metric([customer], rate_rps)
        yield offered

    def describe(self) -> Iterable[Metric]:
        return ()


def exposition(load: LoadProcess) -> bytes:
    """The metrics as Prometheus' text format 0.0.4. A load without customers has one whose name is empty."""
    registry = CollectorRegistry()
    registry.register(_Collector(load))
    return bytes(generate_latest(registry))
