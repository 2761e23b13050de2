"""Retry budget and circuit breaker: what they promise, for any history."""

import heapq

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.policies import Call, Composition, Outcome, OutcomeKind, Policy, next_delay_s, parse
from services.policies.breaker import Breaker
from services.policies.budget import Budget
from services.policies.windows import CountWindow

OK, BAD, OTHER = Outcome(OutcomeKind.OK, 200), Outcome(OutcomeKind.TIMEOUT), Outcome(OutcomeKind.OTHER)


@given(
    ratio=st.floats(0, 2),
    floor=st.floats(0, 20),
    burst=st.integers(1, 50),
    history=st.lists(st.tuples(st.sampled_from(["first", "retry", "undo"]), st.floats(-1, 2)), max_size=200),
)
def test_retries_never_exceed_the_budget(
    ratio: float, floor: float, burst: int, history: list[tuple[str, float]]
) -> None:
    """At most ratio * calls + floor * t + burst, whatever comes, also when attempts are taken back."""
    budget, now_s, calls, retries = Budget(ratio, floor, burst), 0.0, 0, 0
    first_s = latest_s = history[0][1] if history else 0.0
    for what, step_s in history:
        now_s += step_s  # a clock that goes back must not mint tokens either
        latest_s = max(latest_s, now_s)
        call = Call(attempts=0 if what == "first" else 1)
        if budget.acquire(call, now_s) is not None:
            continue
        if what == "undo":
            budget.release(call)
        elif what == "first":
            calls += 1
        else:
            retries += 1
        assert retries <= ratio * calls + floor * (latest_s - first_s) + burst + 1e-6


@given(
    ratio=st.floats(0, 2),
    burst=st.integers(1, 50),
    spent=st.integers(0, 50),
    firsts=st.integers(1, 150),
)
def test_attempts_that_are_not_made_leave_a_budget_as_it_was(
    ratio: float, burst: int, spent: int, firsts: int
) -> None:
    """First attempts that wait in a full pool and are given up cost the bucket nothing, also where it was full."""
    budget = Budget(ratio, 0.0, burst)
    retries = [budget.acquire(Call(attempts=1), 0.0) for _ in range(spent)]
    left = burst - retries.count(None)
    waiting = [Call() for _ in range(firsts)]
    for call in waiting:
        assert budget.acquire(call, 0.0) is None
    for call in reversed(waiting):
        budget.release(call)
    granted = 0
    while budget.acquire(Call(attempts=1), 0.0) is None:
        granted += 1
    assert granted == left


def test_a_budget_of_ten_percent_lets_every_tenth_call_retry() -> None:
    """After the burst is used up, 100 calls pay for exactly 10 retries."""
    budget = Budget(0.1, 0.0, 10)
    retry = Call(attempts=1)
    while budget.acquire(retry, 0.0) is None:
        pass
    granted = 0
    for _ in range(100):
        assert budget.acquire(Call(), 0.0) is None
        granted += budget.acquire(retry, 0.0) is None
    assert granted == 10


def test_a_long_quiet_time_saves_no_more_than_the_burst() -> None:
    """An hour without failures doesn't pay for a storm."""
    budget = Budget(0.1, 1.0, 5)
    for second in range(3600):
        assert budget.acquire(Call(), float(second)) is None
    assert sum(budget.acquire(Call(attempts=1), 3600.0) is None for _ in range(100)) == 5


def test_the_floor_lets_a_quiet_client_retry() -> None:
    """One token a second, no more."""
    budget = Budget(0.0, 1.0, 1)
    retry = Call(attempts=1)
    assert budget.acquire(retry, 0.0) is None
    assert budget.acquire(retry, 0.9) is not None
    assert budget.acquire(retry, 1.1) is None
    assert budget.acquire(retry, 1.2) is not None


def test_a_refusal_by_the_budget_gives_the_probe_slot_back() -> None:
    """A layer that took something gets it back when a later one refuses: no slot is lost."""
    breaker, budget = counting(0.5, 10, 1, 1.0, 1), Budget(0.0, 0.0, 1)
    policy = Composition([breaker, budget])
    assert budget.acquire(Call(attempts=1), 0.0) is None
    first = Call()
    assert policy.acquire(first, 0.0) is None
    policy.observe(first, BAD, 0.0)
    assert policy.state() == "open"
    rejected = policy.acquire(Call(attempts=1), 2.0)
    assert rejected is not None
    assert rejected.by == "budget"
    assert policy.state() == "half-open"
    assert policy.acquire(Call(), 2.0) is None


def test_the_breaker_opens_waits_probes_and_closes() -> None:
    """The whole circle: closed, open, half-open, closed."""
    breaker = counting(failures=0.5, window=10, minimum=4, open_s=5.0, probes=2)
    for outcome in (OK, OK, BAD):
        ask(breaker, outcome, 0.0)
    assert breaker.state() == "closed"
    ask(breaker, BAD, 1.0)
    assert breaker.state() == "open"
    assert breaker.acquire(Call(), 5.9) is not None
    ask(breaker, OK, 6.0)
    assert breaker.state() == "half-open"
    ask(breaker, OK, 6.1)
    assert breaker.state() == "closed"


def test_a_half_open_breaker_lets_exactly_its_probes_through() -> None:
    """Of ten that ask at once, three go."""
    breaker = counting(failures=0.5, window=10, minimum=1, open_s=5.0, probes=3)
    ask(breaker, BAD, 0.0)
    assert sum(breaker.acquire(Call(), 5.0) is None for _ in range(10)) == 3


def test_a_failed_probe_opens_it_again() -> None:
    """When the other one has ended, too; and it stays open for another `open` seconds from then."""
    breaker = counting(failures=0.5, window=10, minimum=1, open_s=5.0, probes=2)
    ask(breaker, BAD, 0.0)
    ask(breaker, BAD, 5.0)
    assert breaker.state() == "half-open"
    ask(breaker, OK, 6.0)
    assert breaker.state() == "open"
    assert breaker.acquire(Call(), 10.9) is not None
    assert breaker.acquire(Call(), 11.0) is None


def test_what_began_before_a_change_of_state_no_longer_counts() -> None:
    """Attempts still in flight when the breaker opened can't fail its probes."""
    breaker = counting(failures=0.5, window=10, minimum=1, open_s=5.0, probes=1)
    old = Call()
    assert breaker.acquire(old, 0.0) is None
    ask(breaker, BAD, 0.0)
    probe = Call()
    assert breaker.acquire(probe, 5.0) is None
    breaker.observe(old, BAD, 5.1)
    assert breaker.state() == "half-open"
    breaker.observe(probe, OK, 5.2)
    assert breaker.state() == "closed"


def test_what_began_before_gives_no_slot_back() -> None:
    """An attempt of before that is cancelled or given back when half-open frees no probe slot."""
    breaker = counting(failures=0.5, window=10, minimum=1, open_s=5.0, probes=1)
    old = [Call(), Call()]
    assert [breaker.acquire(call, 0.0) for call in old] == [None, None]
    ask(breaker, BAD, 0.0)
    assert breaker.acquire(Call(), 5.0) is None
    breaker.observe(old[0], OTHER, 5.0)
    breaker.release(old[1])
    assert breaker.acquire(Call(), 5.0) is not None


def test_answers_4xx_and_cancelled_attempts_are_no_failures() -> None:
    """The server works; a cancelled probe gives its slot back."""
    breaker = counting(failures=0.5, window=10, minimum=1, open_s=5.0, probes=1)
    ask(breaker, Outcome(OutcomeKind.CLIENT_ERROR, 404), 0.0)
    ask(breaker, OTHER, 0.0)
    assert breaker.state() == "closed"
    ask(breaker, BAD, 0.0)
    assert breaker.state() == "open"
    ask(breaker, OTHER, 5.0)
    assert breaker.acquire(Call(), 5.0) is None


@given(
    probes=st.integers(1, 5),
    share=st.floats(0.01, 1),
    steps=st.lists(
        st.tuples(st.sampled_from(["ask", "ok", "bad", "cancel", "release", "wait"]), st.integers(0, 20))
    ),
)
def test_half_open_never_has_more_than_its_probes_in_flight(
    probes: int, share: float, steps: list[tuple[str, int]]
) -> None:
    """Whatever is asked, observed, cancelled and given back, in any order."""
    breaker, now_s = counting(share, 10, 1, 1.0, probes), 0.0
    ask(breaker, BAD, now_s)
    now_s = 2.0  # the first one asked is a probe
    in_flight: list[Call] = []
    probing: set[Call] = set()
    for what, which in steps:
        if what == "wait":
            now_s += 0.4
        elif what == "ask":
            call = Call()
            if breaker.acquire(call, now_s) is None:
                in_flight.append(call)
                if breaker.state() == "half-open":
                    probing.add(call)
        elif in_flight:
            call = in_flight.pop(which % len(in_flight))
            if what == "release":
                breaker.release(call)
            else:
                breaker.observe(call, {"ok": OK, "bad": BAD, "cancel": OTHER}[what], now_s)
            probing.discard(call)
        if breaker.state() != "half-open":
            probing.clear()
        assert len(probing) <= probes


@given(
    probes=st.integers(1, 4),
    steps=st.lists(
        st.tuples(st.sampled_from(["ask", "hedge", "ok", "bad", "cancel", "release"]), st.integers(0, 20))
    ),
)
@example(probes=2, steps=[("ask", 0), ("hedge", 2), ("cancel", 2), ("release", 2)])
def test_half_open_always_has_a_probe_under_way_or_to_come(probes: int, steps: list[tuple[str, int]]) -> None:
    """So it can never stay half-open for ever: hedged, cancelled and given back as one likes, then one good each."""
    breaker, under_way = counting(0.5, 10, 1, 1.0, probes), [Call(), Call()]
    assert [breaker.acquire(call, 0.0) for call in under_way] == [None, None]
    ask(breaker, BAD, 0.0)
    for what, which in steps:
        call = under_way[which % len(under_way)] if under_way and what != "ask" else Call()
        if what in {"ask", "hedge"}:
            under_way += [call] if breaker.acquire(call, 2.0) is None else []
        elif call in under_way:
            under_way.remove(call)
            end(breaker, call, what)
    for call in under_way:
        end(breaker, call, "cancel")
    while breaker.state() == "half-open":
        ask(breaker, OK, 2.0)


def end(breaker: Policy, call: Call, how: str) -> None:
    """An attempt ends at 2 s: ok, bad or cancelled, or it wasn't made (release)."""
    if how == "release":
        breaker.release(call)
    else:
        breaker.observe(call, {"ok": OK, "bad": BAD, "cancel": OTHER}[how], 2.0)


PERCENT_AND_ATTEMPTS = {"percent": st.integers(1, 100), "attempts": st.integers(1, 1000)}


@example(percent=14, attempts=100, one_less=False, bad_first=False)
@example(percent=28, attempts=25, one_less=False, bad_first=False)
@example(percent=70, attempts=10, one_less=False, bad_first=True)
@given(**PERCENT_AND_ATTEMPTS, one_less=st.booleans(), bad_first=st.booleans())
def test_once_all_probes_have_ended_it_is_open_or_closed(
    percent: int, attempts: int, *, one_less: bool, bad_first: bool
) -> None:
    """Open at exactly the share of failures, closed with one less; never half-open with no probe left."""
    breaker = parse(f"breaker(failures={percent}%, probes={attempts}, minimum=1, open=1 s)")
    ask(breaker, BAD, 0.0)
    failures = share_of(percent, attempts) - one_less
    probes = [BAD] * failures + [OK] * (attempts - failures)
    for ended, outcome in enumerate(probes if bad_first else probes[::-1]):
        assert breaker.state() == ("half-open" if ended else "open")
        ask(breaker, outcome, 1.0)
    assert breaker.state() == ("closed" if one_less else "open")


@example(percent=70, attempts=10)
@given(**PERCENT_AND_ATTEMPTS)
def test_exactly_the_share_of_the_window_opens_it(percent: int, attempts: int) -> None:
    """And the failure before that does not."""
    breaker = parse(f"breaker(failures={percent}%, window={attempts}, minimum={attempts})")
    failures = share_of(percent, attempts)
    for outcome in [OK] * (attempts - failures) + [BAD] * failures:
        assert breaker.state() == "closed"
        ask(breaker, outcome, 0.0)
    assert breaker.state() == "open"


def share_of(percent: int, attempts: int) -> int:
    """The fewest that are at least so many percent of them, in whole numbers only."""
    return -(-percent * attempts // 100)


def counting(failures: float, window: int, minimum: int, open_s: float, probes: int) -> Breaker:
    """A breaker over the latest attempts."""
    return Breaker(failures, CountWindow(window), minimum, open_s, probes)


def ask(breaker: Policy, outcome: Outcome, now_s: float) -> None:
    """One attempt that is let through and ends so."""
    call = Call()
    assert breaker.acquire(call, now_s) is None
    breaker.observe(call, outcome, now_s)


@pytest.mark.parametrize("text", ["budget", "breaker", "budget + breaker"])
@pytest.mark.slow
def test_a_hundred_requests_a_second_are_guarded_within_seconds(text: str) -> None:
    """With the defaults, in an outage with 1 s timeouts, from the 4th second on at most 120 attempts/s."""
    policy = parse(text)
    made: dict[int, int] = {}
    due = [(n / 100, n, Call(), False) for n in range(1000)]  # when, tie-break, call, whether an attempt ends
    while due:
        now_s, n, call, ends = heapq.heappop(due)
        if ends:
            policy.observe(call, BAD, now_s)
            if next_delay_s(policy, call, BAD, now_s) is None:
                continue
        if policy.acquire(call, now_s) is None:
            call.attempts += 1
            made[int(now_s)] = made.get(int(now_s), 0) + 1
            heapq.heappush(due, (now_s + 1.0, n, call, True))
    assert made[0] >= 99
    assert max(made.get(second, 0) for second in range(3, 10)) <= 120
