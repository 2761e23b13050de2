"""What a service's counters become in the journal."""

from lab.journal.events import EVENT, ServiceSample
from lab.journal.passed_on import PassedOn
from lab.probes.sampler import service_sample

COUNTERS = {
    "service": "auth", "boot": "b", "requests_total": 9, "served_total": 5, "abandoned_total": 1,
    "failed_total": {"503": 3}, "connections_total": 2, "queue_depth": 4, "in_flight": 0,
    "loop_lag_p99_ms": 0.1, "cpu_s_total": 1.0, "errors_total": {}, "client": None,
}  # fmt: skip


def test_what_was_shed_and_wasted_reaches_the_journal() -> None:
    """By reason; and the line reads back as it was written."""
    sample = service_sample(
        {**COUNTERS, "abandoned_work_total": 1, "shed_total": {"codel": 2, "queue-full": 1}}
    )
    assert (sample.abandoned_work_total, sample.shed_total) == (1, {"codel": 2, "queue-full": 1})
    assert EVENT.validate_json(EVENT.dump_json(sample)) == sample


def test_what_a_service_does_not_tell_is_unmeasured() -> None:
    """A service of another kind has no such counters: null, not 0."""
    sample = service_sample(COUNTERS)
    assert isinstance(sample, ServiceSample)
    assert (sample.abandoned_work_total, sample.shed_total) == (None, {})


def test_what_a_client_tried_reaches_the_journal_first_attempts_apart() -> None:
    """Null where a library makes the attempts, and in a journal of before they were counted."""
    client = {"source": "client", "calls_total": 9, "attempts_total": 21, "first_attempts_total": 8}
    sample = service_sample({**COUNTERS, "client": client})
    assert (sample.calls_total, sample.attempts_total, sample.first_attempts_total) == (9, 21, 8)
    assert service_sample(COUNTERS).first_attempts_total is None


def test_what_was_passed_on_reaches_the_journal() -> None:
    """By upstream; of the many ways in which an attempt can end only those that occurred."""
    told = {"calls_total": 9, "attempts_total": 12, "first_attempts_total": 9, "attempts_in_flight": 1}
    outcomes = {"ok": 9, "timeout": 0, "5xx": 2, "budget": 1}
    sample = service_sample({**COUNTERS, "upstream": {"storefront": {**told, "outcomes_total": outcomes}}})
    assert sample.upstream == {
        "storefront": PassedOn(
            calls_total=9,
            attempts_total=12,
            first_attempts_total=9,
            outcomes_total={"ok": 9, "5xx": 2, "budget": 1},
        )
    }
    assert EVENT.validate_json(EVENT.dump_json(sample)) == sample
