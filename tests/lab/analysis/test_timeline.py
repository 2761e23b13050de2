"""The Timeline: the same rows however the events arrive, each figure in the second it belongs to."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.analysis.timeline.deltas import Counter
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.judge import judge
from lab.journal.events import BridgeSample, CohortClosed, CohortProvisional

if TYPE_CHECKING:
    from lab.journal.events import SampleMissed
    from tests.lab.analysis.conftest import Storm

FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)


@FEW
@given(looks=st.sets(st.integers(0, 900), max_size=12))
def test_looking_while_it_grows_changes_nothing(storm: Storm, looks: set[int]) -> None:
    """Fed one by one with rows asked for in between, the rows are those of all events at once."""
    events = storm.events()
    live = Timeline()
    for count, event in enumerate(events):
        live.feed(event)
        if count in looks:
            assert len(live.rows) > 0
    assert live.rows == Timeline.fold(events).rows


@pytest.mark.slow
def test_a_row_holds_what_happened_in_its_second(storm: Storm) -> None:
    """Requests by their start, counters by growth, gauges by the newest sample, phases by its beginning."""
    row = Timeline.fold(storm.events()).row(25)
    assert (row.phase, row.offered, row.sent, row.good, row.requests, row.attempts) == (
        "aftermath", 100, 100, 0, 100, 400,
    )  # fmt: skip
    assert row.failed == {"timeout": 100}
    assert round(row.outcomes["timeout"]) == 400
    assert row.amplification == 4.0
    assert row.cap_share == 0.15
    assert round(row.bridge_utilization or 0, 2) == 0.99
    assert round(row.accepted or 0) == 130
    assert (row.accept_queue, row.queue_depth, row.policy) == (400, 0, "immediate(retries=3)")
    assert round(row.host_cpu_idle or 0, 2) == 0.5
    assert not row.provisional


@pytest.mark.slow
def test_nothing_seen_is_none_not_zero(storm: Storm) -> None:
    """A second in which nothing was measured has no figures."""
    row = Timeline.fold(storm.events()).row(1)
    measured = (
        row.offered,
        row.good,
        row.attempts,
        row.amplification,
        row.bridge_utilization,
        row.host_cpu_idle,
    )
    assert measured == (None,) * 6


@pytest.mark.slow
def test_a_final_cohort_replaces_a_provisional_one_and_stays(storm: Storm) -> None:
    """The live view is marked until the second can't change; what comes late can't undo that."""
    early = CohortProvisional(
        t=26.5, source="load", second=25, requests=90, sent=90, attempts=None, good=3, failed={}
    )
    timeline = Timeline()
    timeline.feed(early)
    assert (timeline.row(25).offered, timeline.row(25).provisional) == (90, True)
    for event in storm.events():
        timeline.feed(event)
    timeline.feed(early.model_copy(update={"t": 90.0}))
    assert (timeline.row(25).offered, timeline.row(25).provisional) == (100, False)


@pytest.mark.slow
def test_a_late_cohort_reaches_the_windows_that_it_is_part_of(storm: Storm) -> None:
    """Amplification of a second is that of the 5 s before: a cohort that comes late changes all of them."""
    events = storm.events()
    late = [event for event in events if isinstance(event, CohortClosed) and event.second == 25]
    timeline = Timeline.fold(event for event in events if event not in late)
    before = [timeline.row(second).attempts for second in range(25, 30)]
    assert before == [None, 400, 400, 400, 400]
    for event in late:
        timeline.feed(event.model_copy(update={"attempts": 100} if event.attempts else {}))
    assert [timeline.row(second).amplification for second in range(25, 30)] == [3.4] * 5


@pytest.mark.slow
def test_amplification_of_few_requests_is_unknown(storm: Storm) -> None:
    """Under 20 requests in 5 s the ratio says nothing."""
    storm.rate = 3
    timeline = Timeline.fold(storm.events())
    assert {row.amplification for row in timeline.rows} == {None}


@pytest.mark.slow
def test_attempts_are_those_of_the_clients_under_test(storm: Storm) -> None:
    """What the lab's own canary tries is no part of a storm."""
    cohort = CohortProvisional(
        t=30.0, source="canary", second=25, requests=1, sent=1, attempts=1, good=0, failed={}
    )
    timeline = Timeline.fold([*storm.events(), cohort])
    assert (timeline.row(25).attempts, timeline.row(25).provisional) == (400, False)


@pytest.mark.slow
def test_phases_and_actions_have_their_real_times(storm: Storm) -> None:
    """Planned and real times are kept apart; the trigger is what the faults did, not the phase."""
    timeline = Timeline.fold(storm.events())
    trigger = timeline.phase("trigger")
    assert trigger is not None
    assert (round(trigger.start_s, 2), round(trigger.end_s or 0, 2)) == (13.2, 23.2)
    times = (timeline.trigger_start_s, timeline.trigger_end_s, timeline.mitigation_s, timeline.done_s)
    assert [round(t or 0, 2) for t in times] == [13.25, 23.25, 38.25, 78.2]
    assert timeline.rows[80].phase is None


@pytest.mark.slow
def test_a_trigger_that_was_kept_has_no_end(storm: Storm) -> None:
    """What only the rollback took away tells nothing about life after the trigger."""
    events = [e for e in storm.events() if not (e.type == "action.changed" and e.state == "reverted")]
    assert Timeline.fold(events).trigger_end_s is None


@pytest.mark.slow
def test_missed_samples_are_counted_in_their_second(storm: Storm, missed: SampleMissed) -> None:
    """A hole in the truth is seen where it is."""
    storm.at(25.5, missed)
    assert Timeline.fold(storm.events()).row(25).missed == 1


@given(st.lists(st.tuples(st.floats(0.3, 2.0), st.integers(0, 1000)), min_size=2, max_size=30))
def test_counters_add_up_again(steps: list[tuple[float, int]]) -> None:
    """What the seconds hold together is what was counted between the first and the last whole second."""
    counter, t, total = Counter(), 0.0, 0
    samples = [(0.0, 0)]
    counter.feed(0.0, 0)
    for gap, grown in steps:
        t, total = t + gap, total + grown
        samples.append((t, total))
        counter.feed(t, total)
    assert sorted(counter.per_second) == list(range(int(t)))
    (t0, v0), (t1, v1) = next(p for p in pairwise(samples) if p[0][0] <= int(t) <= p[1][0])
    expected = v0 + (int(t) - t0) / (t1 - t0) * (v1 - v0)
    assert abs(sum(counter.per_second.values()) - expected) < 1e-6 * max(1.0, expected)


def test_a_restart_is_no_negative_growth() -> None:
    """A counter that begins again, by its epoch or by falling, leaves a hole instead of a negative figure."""
    counter = Counter()
    for t, total, boot in [
        (0, 100, "a"),
        (1, 200, "a"),
        (2, 5, "b"),
        (3, 15, "b"),
        (4, 2, "b"),
        (5, 12, "b"),
    ]:
        counter.feed(float(t), float(total), boot)
    assert counter.per_second == {0: 100, 2: 10, 4: 10}


def test_another_boot_is_another_counter() -> None:
    """A service that started again and has counted further already did not count the difference."""
    counter = Counter()
    for t, total, boot in [(0, 100, "a"), (1, 200, "a"), (2, 300, "b"), (3, 310, "b")]:
        counter.feed(float(t), float(total), boot)
    assert counter.per_second == {0: 100, 2: 10}


def test_a_long_gap_is_a_hole() -> None:
    """Samples more than 3 s apart say nothing about the seconds between."""
    counter = Counter()
    for t in (0.0, 1.0, 5.0, 6.0):
        counter.feed(t, 10 * t)
    assert sorted(counter.per_second) == [0, 5]


@pytest.mark.slow
def test_a_device_beside_the_bridge_is_kept_apart(storm: Storm) -> None:
    """Whatever it does, no row, no sample of the bridge and no check is another one for it."""
    alone = Timeline.fold(storm.events())
    for second in range(4, 60):
        storm.at(
            second + 1.03,
            BridgeSample(
                device="bridge-reserve", accepted_total=None, open_connections=99, accept_queue=77,
                cpu_s_total=second * 0.5, throttled_s_total=0.0, cpu_share=0.5,
            ),
        )  # fmt: skip
    both = Timeline.fold(storm.events())
    assert both.rows == alone.rows
    assert {sample.device for sample in both.bridges} == {"bridge"}
    assert len(both.bridges) == len(alone.bridges)
    assert len(both.reserves["bridge-reserve"]) == 56
    assert judge(both) == judge(alone)
