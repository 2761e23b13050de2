"""The latency histogram: nothing lost, percentiles never off by more than a bucket."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.journal.latency import GROWTH, Histogram, bucket, upper_ms

LATENCIES = st.floats(0.0, 60_000.0)


@given(LATENCIES)
def test_a_bucket_holds_its_latency(latency_ms: float) -> None:
    """Bucket i holds 1.05^(i-1) < x <= 1.05^i, whatever the logarithm rounds to."""
    index = bucket(latency_ms)
    assert latency_ms <= upper_ms(index)
    assert index == 0 or latency_ms > upper_ms(index - 1)


@pytest.mark.parametrize("index", range(200))
def test_a_bound_belongs_to_the_bucket_below(index: int) -> None:
    """The largest latency of a bucket is still in it."""
    assert bucket(upper_ms(index)) == index
    assert bucket(math.nextafter(upper_ms(index), math.inf)) == index + 1


@given(st.lists(LATENCIES, min_size=1, max_size=50), st.floats(0.01, 1.0))
def test_a_percentile_is_within_its_bucket(latencies: list[float], share: float) -> None:
    """The interpolated value lies in the bucket of the exact one (nearest rank)."""
    histogram = Histogram()
    for latency_ms in latencies:
        histogram.add(latency_ms)
    exact = sorted(latencies)[max(0, math.ceil(share * len(latencies)) - 1)]
    found = histogram.percentile(share)
    assert found is not None
    assert (
        upper_ms(bucket(exact)) / GROWTH / 1.0001
        <= max(found, 1 / GROWTH)
        <= upper_ms(bucket(exact)) * 1.0001
    )


@given(st.lists(LATENCIES, max_size=20), st.lists(LATENCIES, max_size=20))
def test_merging_is_adding_all(left: list[float], right: list[float]) -> None:
    """Two histograms merged are the histogram of both."""
    both, first, second = Histogram(), Histogram(), Histogram()
    for latency_ms in left:
        both.add(latency_ms)
        first.add(latency_ms)
    for latency_ms in right:
        both.add(latency_ms)
        second.add(latency_ms)
    first.merge(second.buckets())
    assert first.buckets() == both.buckets()
    assert first.count == len(left) + len(right)


def test_an_empty_histogram_has_no_percentile() -> None:
    """Not measured is None, never 0."""
    assert Histogram().percentile(0.5) is None
