"""Published behaviour, met again: gRPC's and resilience4j's documents, and the figures of the literature."""

import random
from collections.abc import Callable

import pytest

from services.policies import Call, Outcome, OutcomeKind, Policy, next_delay_s, parse

OK, BAD, OTHER = (
    Outcome(OutcomeKind.OK, 200),
    Outcome(OutcomeKind.SERVER_ERROR, 503),
    Outcome(OutcomeKind.OTHER),
)


def chance(seed: int) -> random.Random:
    """A source of chance that can be repeated."""
    return random.Random(seed)  # noqa: S311  no secret


def one(policy: Policy, outcome: Outcome, now_s: float = 0.0, attempts: int = 0) -> bool:
    """Whether an attempt is let through; it ends so."""
    call = Call(attempts=attempts)
    if policy.acquire(call, now_s) is not None:
        return False
    policy.observe(call, outcome, now_s)
    return True


def attempts_of(policy: Policy, now_s: float, serve: Callable[[], Outcome]) -> tuple[int, Outcome]:
    """A call in virtual time: how many attempts it made, and how it ended."""
    call, outcome = Call("GET", now_s), OTHER
    while policy.acquire(call, now_s) is None:
        call.attempts += 1
        outcome = serve()
        policy.observe(call, outcome, now_s)
        delay_s = next_delay_s(policy, call, outcome, now_s)
        if delay_s is None:
            break
        call.waited_s, now_s = delay_s, now_s + delay_s
    return call.attempts, outcome


def test_grpc_disables_retries_at_half_of_the_tokens() -> None:
    """A6: maxTokens 10: five failures leave 5, which is not above the threshold; ten successes at 0.1 earn one more."""
    policy = parse("grpc-throttle")
    for _ in range(4):
        assert one(policy, BAD)
    assert policy.acquire(Call(attempts=1), 0.0) is None
    assert one(policy, BAD)
    assert policy.acquire(Call(attempts=1), 0.0) is not None
    assert one(policy, Outcome(OutcomeKind.CLIENT_ERROR, 404))  # not retryable: changes nothing
    assert one(policy, BAD)
    for _ in range(10):
        assert policy.acquire(Call(attempts=1), 0.0) is not None
        assert one(policy, OK)
    assert policy.acquire(Call(attempts=1), 0.0) is not None  # 4 + 10 * 0.1 = 5: still at half
    assert one(policy, OK)
    assert policy.acquire(Call(attempts=1), 0.0) is None


def test_grpcs_tokens_stay_between_zero_and_their_number() -> None:
    """A6: after any number of failures six tokens' worth of successes are enough, no more and no less."""
    policy = parse("grpc-throttle(max-tokens=10, token-ratio=1)")
    for _ in range(1000):
        assert one(policy, BAD)
    for _ in range(5):
        assert one(policy, OK)
        assert policy.acquire(Call(attempts=1), 0.0) is not None
    assert one(policy, OK)
    assert policy.acquire(Call(attempts=1), 0.0) is None
    for _ in range(1000):
        assert one(policy, OK)
    assert [one(policy, BAD, attempts=1) for _ in range(6)] == [True] * 5 + [False]


def test_grpcs_retries_are_drawn_from_the_documented_ranges() -> None:
    """A6: retry n after random(0, min(initialBackoff * backoffMultiplier^(n-1), maxBackoff)): the whole range."""
    policy = parse("grpc(attempts=5, initial=100 ms, max=1 s, multiplier=3)", chance(2))
    for attempts, most_s in ((1, 0.1), (2, 0.3), (3, 0.9), (4, 1.0)):
        delays = [policy.delay_s(Call(attempts=attempts), 0.0) or 0.0 for _ in range(2000)]
        assert 0.95 * most_s < max(delays) <= most_s
        assert sum(delays) / 2000 == pytest.approx(most_s / 2, rel=0.06)
    assert policy.delay_s(Call(attempts=5), 0.0) is None


RESILIENCE4J = "breaker(failures=50%, window=100, minimum=100, open=60 s, probes=10)"


def test_resilience4j_opens_at_its_threshold_and_only_with_enough_calls() -> None:
    """`minimumNumberOfCalls` 100: 99 failures don't open it; the 100th call makes it 99 %, at or above 50 %."""
    policy = parse(RESILIENCE4J)
    assert all(one(policy, BAD) for _ in range(99))
    assert policy.state() == "closed"
    assert one(policy, OK)
    assert policy.state() == "open"


@pytest.mark.parametrize(("failures", "state"), [(49, "closed"), (50, "open")])
def test_resilience4j_counts_the_last_n_calls_only(failures: int, state: str) -> None:
    """COUNT_BASED: a hundred good ones push all failures out; "equal to or greater than the threshold" opens."""
    policy = parse(RESILIENCE4J)
    assert all(one(policy, BAD) for _ in range(49))
    assert all(one(policy, OK) for _ in range(150))
    assert all(one(policy, BAD) for _ in range(failures))
    assert policy.state() == state


def test_resilience4j_counts_the_last_n_seconds() -> None:
    """TIME_BASED: failures of 11 s ago are forgotten; the same ones within 10 s open it."""
    text = "breaker(failures=50%, minimum=10, period=10 s)"
    spread, close = parse(text), parse(text)
    for n in range(9):
        assert one(spread, BAD, n)
        assert one(close, BAD, n)
    assert one(close, BAD, 9)
    assert close.state() == "open"
    assert one(spread, BAD, 19)
    assert spread.state() == "closed"


@pytest.mark.parametrize("bad_first", [True, False])
@pytest.mark.parametrize(("failures", "state"), [(0, "closed"), (4, "closed"), (5, "open"), (10, "open")])
def test_resilience4j_half_open_permits_ten_and_decides_by_their_rate(
    failures: int, state: str, *, bad_first: bool
) -> None:
    """`permittedNumberOfCallsInHalfOpenState` 10: others are rejected till all ten have ended; then open or closed."""
    policy = parse(RESILIENCE4J)
    assert all(one(policy, BAD) for _ in range(100))
    assert not one(policy, OK, 59.9)
    probes = [Call() for _ in range(10)]
    assert all(policy.acquire(call, 60.0) is None for call in probes)
    assert policy.state() == "half-open"
    assert policy.acquire(Call(), 60.0) is not None
    outcomes = [BAD] * failures + [OK] * (10 - failures)
    for call, outcome in zip(probes, outcomes if bad_first else outcomes[::-1], strict=True):
        assert policy.state() == "half-open"
        assert policy.acquire(Call(), 61.0) is not None
        policy.observe(call, outcome, 61.0)
    assert policy.state() == state
    assert (policy.acquire(Call(), 120.9) is None) == (state == "closed")


def test_a_window_smaller_than_the_probes_leaves_half_open_too() -> None:
    """The probes have a count of their own: a breaker must never stay half-open for ever."""
    for probe, state in ((OK, "closed"), (BAD, "open")):
        policy = parse("breaker(window=2, minimum=1, probes=10, open=1 s)")
        assert one(policy, BAD, 0.0)
        for _ in range(10):
            one(policy, probe, 1.0)
        assert policy.state() == state


def test_a_hedged_probe_gives_back_its_own_slot_only() -> None:
    """Two attempts of one call are two probes; the cancelled one frees a slot, the good one is counted."""
    policy = parse("breaker(window=1, minimum=1, probes=2, open=1 s) + hedge")
    assert one(policy, BAD, 0.0)
    call = Call()
    for _ in range(2):
        assert policy.acquire(call, 1.0) is None
        call.attempts += 1
    assert policy.acquire(Call(), 1.0) is not None
    policy.observe(call, OK, 1.1)
    policy.observe(call, OTHER, 1.1)
    assert policy.acquire(Call(), 1.2) is None
    assert policy.acquire(Call(), 1.2) is not None


def amplification(text: str, calls: int = 20_000) -> float:
    """Attempts per call when every second attempt fails."""
    source = chance(11)
    policy = parse(text, chance(12))
    made = [
        attempts_of(policy, n / 100, lambda: OK if source.random() < 0.5 else BAD)[0] for n in range(calls)
    ]
    return sum(made) / calls


@pytest.mark.slow
def test_amplification_at_fifty_percent_failure() -> None:
    """1 + 1/2 + 1/4 + 1/8 = 1.88 for three retries, whatever their waits; at most 1.12 with a budget of 10 %."""
    for schedule in (
        "immediate",
        "fixed",
        "exponential",
        "full-jitter",
        "equal-jitter",
        "decorrelated-jitter",
    ):
        assert amplification(schedule) == pytest.approx(1.875, rel=0.02)
    assert 1.08 < amplification("budget(ratio=10%)") <= 1.12
    assert 1.08 < amplification("google-sre") <= 1.12
    assert amplification("none") == 1


@pytest.mark.slow
def test_a_budget_bounds_an_outage_at_a_tenth_more() -> None:
    """SRE book: 1.1 times the load with 10 %, where three attempts without it mean three times."""
    for text, most in (("google-sre", 1.12), ("google-sre(ratio=100%)", 3.0)):
        policy = parse(text, chance(4))
        made = sum(attempts_of(policy, n / 100, lambda: BAD)[0] for n in range(12_000))
        assert most - 0.05 < made / 12_000 <= most


@pytest.mark.parametrize(("layers", "attempts", "expected"), [(3, 4, 64), (5, 3, 243)])
def test_chains_multiply(layers: int, attempts: int, expected: int) -> None:
    """Each layer retries its upstream; the bottom answers 503 at once: attempts ^ layers there, for one request."""
    bottom = 0

    def serve(depth: int) -> Outcome:
        nonlocal bottom
        if depth == 0:
            bottom += 1
            return BAD
        return attempts_of(parse(f"immediate(retries={attempts - 1})"), 0.0, lambda: serve(depth - 1))[1]

    assert serve(layers) == BAD
    assert bottom == expected
