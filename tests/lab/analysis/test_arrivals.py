"""Connections that arrive at the bridge: what it accepted, and what its queue grew by."""

import pytest

from lab.analysis import Timeline
from lab.analysis.metrics.arrivals import arrivals, mean_arrivals, peak_to_mean
from lab.journal.events import BridgeSample
from tests.lab.analysis.test_chain import sample


def bridge(accepted: list[int], accept_queue: list[int]) -> Timeline:
    """``accepted`` in each second; ``accept_queue`` as each begins, and one more."""
    timeline = Timeline()
    total = 0
    for second, waiting in enumerate(accept_queue):
        one = sample("router", second + 0.0, requests=total)
        timeline.feed(one.model_copy(update={"connections_total": total}))
        timeline.feed(
            BridgeSample(
                seq=0,
                t=second + 0.01,
                device="bridge",
                accepted_total=total,
                open_connections=0,
                accept_queue=waiting,
                cpu_s_total=0.0,
                throttled_s_total=0.0,
                cpu_share=0.1,
            )
        )
        total += accepted[second] if second < len(accepted) else 0
    return timeline


def test_a_herd_counts_when_it_arrives_not_when_it_is_served() -> None:
    """220 in one second, of whom 80 a second are accepted: one peak, then nothing but the rest's 20/s."""
    timeline = bridge([20, 80, 80, 80, 40, 20], [0, 0, 140, 80, 20, 0, 0])
    assert [arrivals(timeline, second) for second in range(6)] == [20, 220, 20, 20, 20, 20]
    assert mean_arrivals(timeline, range(6)) == pytest.approx(320 / 6)
    assert peak_to_mean(timeline, range(6)) == pytest.approx(220 / (320 / 6))


def test_even_arrivals_are_1_and_all_in_one_second_as_many_as_there_are_seconds() -> None:
    """The ends of the scale."""
    assert peak_to_mean(bridge([20] * 5, [0] * 6), range(5)) == pytest.approx(1)
    assert peak_to_mean(bridge([0, 0, 100, 0, 0], [0] * 6), range(5)) == pytest.approx(5)


def test_a_second_that_was_not_measured_could_have_been_the_peak() -> None:
    """Nothing is claimed; nor of a window without any arrival, or of a queue that was emptied."""
    timeline = bridge([20] * 5, [0] * 6)
    assert peak_to_mean(timeline, range(2, 9)) is None
    assert mean_arrivals(timeline, range(2, 9)) is None
    assert peak_to_mean(bridge([0] * 5, [0] * 6), range(5)) is None
    assert arrivals(bridge([20] * 3, [300, 300, 0, 0]), 1) is None


@pytest.mark.parametrize(("lost", "arrived"), [(620, 0), (680, 0), (700, None)])
def test_a_queue_that_is_worked_off_faster_than_the_figures_are_read_is_no_arrival(
    lost: int, arrived: float | None
) -> None:
    """620 accepted in a second; count and queue are read moments apart. One that lost a tenth more was emptied."""
    assert arrivals(bridge([20, 620, 20], [900, 900, 900 - lost, 0]), 1) == arrived
