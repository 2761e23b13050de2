"""A run's figures as a tournament counts them: from the golden journal and changed ones."""

import pytest

from chaos.mitigations.disable import Disable
from lab.analysis.tournament import cell_of, series_of
from lab.journal.events import (
    ActionChanged,
    CohortClosed,
    Event,
    HostSample,
    RunOpened,
    ServiceSample,
)
from tests.lab.analysis.tournament.conftest import Change, judged


@pytest.mark.slow
def test_the_golden_storm_counts_as_it_was_written(golden: list[Event]) -> None:
    """100/s from 14 s to 78 s; nothing good until 45 s; 4 attempts per request until the mitigation at 38.25 s."""
    cell = cell_of(*judged(golden), contestant="immediate", trigger="latency")
    assert (cell.contestant, cell.trigger, cell.seed, cell.run) == ("immediate", "latency", 7, "r1")
    assert (cell.verdict, cell.valid, cell.stuck) == ("pass", True, True)
    assert cell.lost_requests == 3100
    assert cell.lost_share == pytest.approx(31 / 64)
    assert cell.served_mitigation == pytest.approx(23 / 29)
    assert cell.served_recovery == 1.0
    assert (cell.amplification_peak, cell.amplification_aftermath) == (4.0, 4.0)
    assert cell.amplification == pytest.approx((25 * 400 + 39 * 100) / 6400)
    assert (cell.time_to_recover_s, cell.censored_at_s) == (6.75, None)
    assert (cell.trigger_s, cell.mitigated_at_s) == (10.0, 25.0)
    assert cell.unfairness is None


@pytest.mark.slow
def test_rejections_and_futile_attempts_come_from_the_counters(golden: list[Event]) -> None:
    """Kinds that end no attempt are rejections; all that ended not well came to nothing."""

    def change(event: Event) -> Event:
        if isinstance(event, ServiceSample) and event.service == "storefront" and event.attempts_total:
            n = event.attempts_total - 1
            kinds = {"ok": n // 4, "timeout": n - n // 4, "breaker": n // 2, "budget": n // 2}
            return event.model_copy(update={"outcomes_total": kinds})
        return event

    cell = cell_of(*judged(golden, change), contestant="x", trigger="y")
    assert set(cell.rejected_by) == {"breaker", "budget"}
    assert cell.rejected == sum(cell.rejected_by.values()) > 0
    assert cell.rejected_share == pytest.approx(0.5, abs=0.001)
    assert cell.wasted_attempts_share == pytest.approx(0.75, abs=0.001)


@pytest.mark.slow
def test_what_the_bridge_counted_says_nothing_of_rejections(golden: list[Event]) -> None:
    """A real library tells no outcomes: null, not 0."""

    def change(event: Event) -> Event:
        return event.model_copy(update={"outcomes_total": {}}) if isinstance(event, ServiceSample) else event

    cell = cell_of(*judged(golden, change), contestant="x", trigger="y")
    assert (cell.rejected, cell.rejected_share, cell.wasted_attempts_share) == (None, None, None)


@pytest.mark.slow
def test_counters_of_another_client_at_the_end_take_nothing_away(golden: list[Event]) -> None:
    """A library's run: as it ends storefront goes over to the lab's own client, which has counted less."""

    def change(event: Event) -> Event:
        if isinstance(event, ServiceSample) and event.service == "storefront" and event.t > 77.5:
            return event.model_copy(update={"outcomes_total": {"ok": 5}})
        return event

    as_ever = cell_of(*judged(golden), contestant="x", trigger="y")
    cell = cell_of(*judged(golden, change), contestant="x", trigger="y")
    assert as_ever.wasted_attempts == 14000
    assert cell.wasted_attempts == pytest.approx(14000, rel=0.02)


@pytest.mark.slow
def test_work_that_no_one_waited_for(golden: list[Event]) -> None:
    """Router tells of it: its pooled connection to auth outlives the client. What auth itself wasted comes on top."""

    def change(event: Event) -> Event:
        if isinstance(event, ServiceSample) and event.service in wasted:
            share = wasted[event.service]
            return event.model_copy(update={"abandoned_work_total": int(event.served_total * share)})
        return event

    wasted = {"router": 0.5, "auth": 0.0}
    assert cell_of(
        *judged(golden, change), contestant="x", trigger="y"
    ).abandoned_work_share == pytest.approx(0.5, abs=0.01)
    wasted = {"router": 0.5, "auth": 0.25}
    assert cell_of(
        *judged(golden, change), contestant="x", trigger="y"
    ).abandoned_work_share == pytest.approx(0.75 / 1.25, abs=0.01)


@pytest.mark.slow
def test_what_a_drill_does_marks_it_and_not_its_name(golden: list[Event]) -> None:
    """The same under another name and seed is the same; another policy is not."""

    def marked(**update: object) -> str | None:
        def change(event: Event) -> Event:
            if isinstance(event, RunOpened):
                return event.model_copy(update={"drill": event.drill | update})
            return event

        return cell_of(*judged(golden, change), contestant="x", trigger="y").drill

    assert marked() is not None
    assert marked() == marked(name="another", seed=99, title="Another")
    assert marked() != marked(configuration={"storefront": {"policy": "budget"}})


@pytest.mark.slow
def test_waste_that_was_not_measured_is_not_none_at_all(golden: list[Event]) -> None:
    """A journal whose router says nothing of it has no figure, and not 0."""

    def change(event: Event) -> Event:
        if isinstance(event, ServiceSample) and event.service == "router":
            return event.model_copy(update={"abandoned_work_total": None})
        return event

    assert cell_of(*judged(golden, change), contestant="x", trigger="y").abandoned_work_share is None


@pytest.mark.slow
def test_a_starved_second_client_shows_as_unfair(golden: list[Event]) -> None:
    """One gets x, the other nothing: Jain's index of two is a half. A retrying edge is no client."""
    extra = [
        event.model_copy(update={"source": source, "good": 0})
        for event in golden
        if isinstance(event, CohortClosed) and event.source == "storefront"
        for source in ("streaming", "edge")
    ]
    events = [*golden[:-1], *extra, golden[-1]]
    assert cell_of(*judged(events), contestant="x", trigger="y").unfairness == pytest.approx(0.5)
    closed = ActionChanged(
        seq=0, t=40.0, action="m", kind="mitigation", name="disable", fault="disable", target="edge",
        params={"service": "streaming"}, state="applied", by="drill", verified=True,
        traits=Disable(service="streaming").traits(),
    )  # fmt: skip
    at = next(number for number, event in enumerate(events) if event.t > closed.t)
    without = [*events[:at], closed, *events[at:]]
    assert (
        cell_of(*judged(without), contestant="x", trigger="y").unfairness is None
    )  # its users don't come so far


def emptied(event: Event) -> Event:
    """The trigger's end rebuilds the listener, as that of `down` does."""
    if isinstance(event, ActionChanged) and event.kind == "fault" and event.state == "reverted":
        return event.model_copy(update={"rebuilt_listener": True})
    return event


def starved(event: Event) -> Event:
    """The machine steals time."""
    return (
        event.model_copy(update={"steal_s_total": 0.2 * event.t}) if isinstance(event, HostSample) else event
    )


@pytest.mark.parametrize(
    ("change", "valid"), [(emptied, True), (starved, False), (lambda event: emptied(starved(event)), False)]
)
@pytest.mark.slow
def test_an_emptied_queue_alone_leaves_the_other_figures(
    golden: list[Event], change: Change, *, valid: bool
) -> None:
    """Inconclusive for that reason only: figures count, stuck and recovery don't. Any other doubt: nothing counts."""
    cell = cell_of(*judged(golden, change), contestant="x", trigger="down")
    assert (cell.verdict, cell.valid) == ("inconclusive", valid)
    assert cell.lost_requests == 3100
    if change is emptied:
        assert (cell.stuck, cell.time_to_recover_s, cell.censored_at_s) == (None, None, None)


@pytest.mark.slow
def test_a_truncated_run_is_invalid(golden: list[Event]) -> None:
    """Whatever it had seen until then."""
    cell = cell_of(*judged(golden[: len(golden) // 2]), contestant="x", trigger="y")
    assert (cell.valid, cell.verdict) == (False, "inconclusive")


@pytest.mark.slow
def test_an_unmeasured_second_makes_the_area_unknown(golden: list[Event]) -> None:
    """Null, not a smaller loss."""
    events = [
        e for e in golden if not (isinstance(e, CohortClosed) and e.source == "load" and e.second == 30)
    ]
    cell = cell_of(*judged(events), contestant="x", trigger="y")
    assert (cell.lost_requests, cell.lost_share, cell.latency_p99_ms) == (None, None, None)


@pytest.mark.slow
def test_rows_count_from_the_triggers_start(golden: list[Event]) -> None:
    """Second 0 holds it; judged seconds only, what was not measured null."""
    timeline, _ = judged([e for e in golden if not (isinstance(e, CohortClosed) and e.second == 30)])
    rows = series_of(timeline)
    assert [row.second for row in rows] == list(range(4 - 13, 78 - 13))
    by_second = {row.second: row for row in rows}
    assert by_second[1] == (1, 100, 0, 400)
    assert (by_second[17].offered, by_second[17].good) == (None, None)


@pytest.mark.slow
def test_a_cell_survives_its_own_json(golden: list[Event]) -> None:
    """What is written can be read back."""
    cell = cell_of(*judged(golden), contestant="x", trigger="y")
    assert type(cell).model_validate_json(cell.model_dump_json()) == cell
