"""Requests at the bottom a request at the top, from the services' own counters."""

import pytest

from lab.analysis import Timeline
from lab.analysis.metrics.chain import chain_amplification
from lab.drillfile import load_drill
from lab.journal.events import ServiceSample
from tests.lab.analysis.conftest import DRILLS
from tests.lab.analysis.synthetic import opened

SECONDS = range(1, 11)


def chain(timeline_of: dict[str, float], *, without: str = "", canary: float = 1.0) -> Timeline:
    """Ten seconds in which each service received so many requests a second."""
    timeline = Timeline()
    timeline.feed(opened(load_drill(DRILLS / "retry-storm.yaml")))
    for second in range(13):
        for service, rate in timeline_of.items():
            if service != without:
                timeline.feed(sample(service, second + 0.02, requests=rate * second))
        if without != "canary":
            timeline.feed(sample("canary", second + 0.02, attempts=canary * second))
    return timeline


def sample(service: str, t: float, *, requests: float = 0, attempts: float | None = None) -> ServiceSample:
    """A service's counters."""
    return ServiceSample(
        seq=0,
        t=t,
        service=service,
        boot="b",
        requests_total=round(requests),
        served_total=0,
        abandoned_total=0,
        in_flight=0,
        calls_total=None if attempts is None else round(attempts),
        attempts_total=None if attempts is None else round(attempts),
    )


def test_three_layers_of_four_attempts_are_64() -> None:
    """4/s at the top: 16/s at the storefront, 64/s and the canary at router, each four times at auth."""
    timeline = chain({"edge": 4, "storefront": 16, "router": 65, "auth": 260})
    assert chain_amplification(timeline, SECONDS) == pytest.approx(64)


def test_without_retries_it_is_1_whatever_the_canary_sends() -> None:
    """The canary's calls reach auth too, and are no one's retries."""
    timeline = chain({"edge": 4, "storefront": 4, "router": 9, "auth": 9}, canary=5)
    assert chain_amplification(timeline, SECONDS) == pytest.approx(1)


@pytest.mark.parametrize("without", ["edge", "router", "auth", "canary"])
def test_what_was_not_counted_is_unknown(without: str) -> None:
    """Never 0."""
    timeline = chain({"edge": 4, "storefront": 16, "router": 65, "auth": 260}, without=without)
    assert chain_amplification(timeline, SECONDS) is None


def test_few_requests_say_nothing() -> None:
    """Under 20, as with amplification."""
    timeline = chain({"edge": 1, "storefront": 4, "router": 17, "auth": 68})
    assert chain_amplification(timeline, SECONDS) is None
