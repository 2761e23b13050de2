"""Each second of a source is final once."""

from typing import Any

from lab.journal.customer_figures import CustomerCohort
from lab.journal.events import CohortClosed, CohortProvisional
from lab.probes.cohorts import PATIENCE_S, ROOM_S, CohortTracker


def cohort(second: int, *, closed: bool, good: int = 1) -> dict[str, Any]:
    """What a service answers for one second."""
    return {
        "second": second, "requests": 1, "sent": 1, "attempts": 1, "good": good, "failed": {},
        "latency": {}, "latency_all": {}, "closed": closed,
    }  # fmt: skip


def test_a_closed_cohort_is_told_once_on_the_runs_clock() -> None:
    """Asked again, the source repeats itself; the journal doesn't."""
    tracker = CohortTracker("load", epoch_s=100)
    (first,) = tracker.events([cohort(103, closed=True)])
    assert isinstance(first, CohortClosed)
    assert first.second == 3
    assert list(tracker.events([cohort(103, closed=True)])) == []


def test_figures_of_customers_are_kept_where_there_are_any() -> None:
    """The load tells them, services don't: nothing is made up for those."""
    tracker = CohortTracker("load", epoch_s=100)
    figures = {"shop": {"requests": 1, "sent": 1, "good": 1, "steps": {"pay": {"sent": 1, "good": 1}}}}
    cohorts = [
        cohort(103, closed=True) | {"customers": figures},
        cohort(104, closed=True),
        cohort(105, closed=False) | {"customers": figures},
    ]
    of_shop = CustomerCohort.model_validate(figures["shop"])
    assert [event.customers for event in tracker.events(cohorts)] == [
        {"shop": of_shop},
        {},
        {"shop": of_shop},
    ]


def test_a_source_is_asked_for_as_long_as_its_requests_may_take() -> None:
    """A session of 12 s is final after it has ended, not before."""
    tracker = CohortTracker("load", epoch_s=100, patience_s=12.0)
    list(tracker.events([cohort(160, closed=True)]))
    assert tracker.after == 160 - 12 - ROOM_S


def test_an_open_cohort_stays_provisional_until_it_closes() -> None:
    """Provisional figures are shown, then replaced by the final ones."""
    tracker = CohortTracker("load", epoch_s=100)
    (first,) = tracker.events([cohort(103, closed=False, good=0)])
    assert isinstance(first, CohortProvisional)
    (second,) = tracker.events([cohort(103, closed=True)])
    assert isinstance(second, CohortClosed)
    assert second.good == 1


def test_a_later_second_may_close_before_an_earlier_one() -> None:
    """Order of closing doesn't lose a second."""
    tracker = CohortTracker("storefront", epoch_s=100)
    kinds = [event.type for event in tracker.events([cohort(103, closed=False), cohort(104, closed=True)])]
    assert kinds == ["cohort.provisional", "cohort.closed"]
    (late,) = tracker.events([cohort(103, closed=True), cohort(104, closed=True)])
    assert (late.type, late.second) == ("cohort.closed", 3)


def test_what_was_before_the_run_is_not_asked_for_and_old_seconds_are_forgotten() -> None:
    """The question's ``after`` starts just before the run and follows the newest second."""
    tracker = CohortTracker("load", epoch_s=100)
    assert tracker.after == 99
    assert list(tracker.events([cohort(98, closed=True)])) == []
    list(tracker.events([cohort(160, closed=True)]))
    assert tracker.after == 160 - PATIENCE_S - ROOM_S
