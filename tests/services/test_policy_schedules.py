"""Delays within their bounds, attempts within their number, and the table of what may be retried."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.policies import Call, Outcome, OutcomeKind, next_delay_s, parse, retryable
from services.policies.full_jitter import FullJitter

OUTCOMES = st.builds(
    Outcome,
    kind=st.sampled_from(OutcomeKind),
    status=st.sampled_from([None, 200, 404, 429, 500, 502, 503, 504]),
    retry_after_s=st.none() | st.floats(0, 100),
)
SCHEDULES = st.sampled_from(["none", "immediate", "full-jitter"])


def chance(seed: int) -> random.Random:
    """A source of jitter that can be repeated."""
    return random.Random(seed)  # noqa: S311  no secret


@given(
    base_s=st.floats(0.001, 60),
    cap_s=st.floats(0.001, 600),
    attempt=st.integers(1, 101),
    seed=st.integers(),
)
def test_full_jitter_stays_within_its_bounds(base_s: float, cap_s: float, attempt: int, seed: int) -> None:
    """0 <= delay <= min(cap, base * 2^n), also where 2^n is huge."""
    policy = FullJitter(base_s, cap_s, 100, chance(seed))
    delay_s = policy.delay_s(Call(attempts=attempt), 0.0)
    if attempt > 100:
        assert delay_s is None
    else:
        assert delay_s is not None
        assert 0 <= delay_s <= min(cap_s, base_s * 2.0 ** (attempt - 1))


def test_full_jitter_uses_the_whole_range() -> None:
    """It is full jitter: the mean of U(0, v) is v / 2, not v."""
    policy = FullJitter(1.0, 64.0, 10, chance(7))
    delays = [policy.delay_s(Call(attempts=4), 0.0) or 0.0 for _ in range(2000)]
    assert min(delays) < 0.2
    assert max(delays) > 7.8
    assert sum(delays) / len(delays) == pytest.approx(4.0, rel=0.05)


def test_equal_seeds_give_equal_delays() -> None:
    """Chance is a constructor argument."""
    first, second = (parse("full-jitter", chance(5)) for _ in range(2))
    assert [first.delay_s(Call(attempts=n), 0) for n in (1, 2, 3)] == [
        second.delay_s(Call(attempts=n), 0) for n in (1, 2, 3)
    ]


@given(
    schedule=SCHEDULES,
    retries=st.integers(0, 5),
    guards=st.sampled_from(["", " + budget", " + breaker", " + budget + breaker"]),
    calls=st.lists(st.lists(OUTCOMES, min_size=10, max_size=10), max_size=20),
    seed=st.integers(),
)
def test_no_policy_makes_more_attempts_than_it_states(
    schedule: str, retries: int, guards: str, calls: list[list[Outcome]], seed: int
) -> None:
    """1 + retries attempts per call at most, whatever happens to them."""
    text = schedule if schedule == "none" else f"{schedule}(retries={retries})"
    policy, now_s = parse(text + guards, chance(seed)), 0.0
    for outcomes in calls:
        call = Call("GET", now_s)
        for outcome in outcomes:
            if policy.acquire(call, now_s) is not None:
                break
            call.attempts += 1
            policy.observe(call, outcome, now_s)
            delay_s = next_delay_s(policy, call, outcome, now_s)
            if delay_s is None:
                break
            now_s += delay_s
        assert call.attempts <= (1 if schedule == "none" else 1 + retries)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(OutcomeKind.REFUSED), True),
        (Outcome(OutcomeKind.RESET), True),
        (Outcome(OutcomeKind.TIMEOUT), True),
        (Outcome(OutcomeKind.SERVER_ERROR, 502), True),
        (Outcome(OutcomeKind.SERVER_ERROR, 503), True),
        (Outcome(OutcomeKind.SERVER_ERROR, 504), True),
        (Outcome(OutcomeKind.SERVER_ERROR, 500), False),
        (Outcome(OutcomeKind.SERVER_ERROR, 501), False),
        (Outcome(OutcomeKind.CLIENT_ERROR, 400), False),
        (Outcome(OutcomeKind.CLIENT_ERROR, 404, retry_after_s=1), False),
        (Outcome(OutcomeKind.CLIENT_ERROR, 429), False),
        (Outcome(OutcomeKind.CLIENT_ERROR, 429, retry_after_s=1), True),
        (Outcome(OutcomeKind.OTHER), False),
        (Outcome(OutcomeKind.OK, 200), False),
    ],
)
def test_the_table_of_what_may_be_retried(outcome: Outcome, expected: bool) -> None:  # noqa: FBT001
    """For an idempotent method; for any other nothing may be."""
    assert retryable("GET", outcome) is expected
    assert not retryable("POST", outcome)
    assert not retryable("PATCH", outcome)


@pytest.mark.parametrize(
    ("retry_after_s", "expected"), [(None, 0.0), (0.0, 0.0), (2.5, 2.5), (60.0, 60.0), (61.0, None)]
)
def test_retry_after_is_the_least_delay(retry_after_s: float | None, expected: float | None) -> None:
    """Immediate retries wait as long as the server asks; more than a minute means giving up."""
    outcome = Outcome(OutcomeKind.SERVER_ERROR, 503, retry_after_s)
    assert next_delay_s(parse("immediate"), Call("GET", attempts=1), outcome, 0.0) == expected


def test_a_good_answer_ends_the_call() -> None:
    """No policy tries again what went well."""
    assert (
        next_delay_s(parse("immediate"), Call("GET", attempts=1), Outcome(OutcomeKind.OK, 200), 0.0) is None
    )
