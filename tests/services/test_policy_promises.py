"""What each policy promises, for any history: bounds of waits, of attempts, of retries, of what is under way."""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.policies import REGISTRY, Call, Outcome, OutcomeKind, Rejection, next_delay_s, parse, rejections
from services.policies.breaker import Breaker
from services.policies.budget import Budget
from services.policies.envoy_budget import EnvoyBudget
from services.policies.finagle_budget import FinagleBudget
from services.policies.google_sre import GoogleSre
from services.policies.in_flight_costs import InFlightCosts
from services.policies.rolling_sum import RollingSum
from services.policies.sre_throttle import SreThrottle
from services.policies.windows import CountWindow

OK, BAD, OTHER = (
    Outcome(OutcomeKind.OK, 200),
    Outcome(OutcomeKind.SERVER_ERROR, 503),
    Outcome(OutcomeKind.OTHER),
)
OUTCOMES = st.sampled_from(
    [
        OK,
        BAD,
        OTHER,
        Outcome(OutcomeKind.TIMEOUT),
        Outcome(OutcomeKind.CLIENT_ERROR, 429, 0.1),
        Outcome(OutcomeKind.CLIENT_ERROR, 404),
    ]
)
Bound = Callable[[int], float]
MOST = {"none": 1, "google-sre": 3, "aws-standard": 3, "aws-adaptive": 3, "grpc": 4, "hedge": 2}
"""Attempts of a call by the defaults; all others: 4."""


def chance(seed: int) -> random.Random:
    """A source of jitter that can be repeated."""
    return random.Random(seed)  # noqa: S311  no secret


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("fixed(delay=100 ms)", lambda _n: 0.1, lambda _n: 0.1),
        ("exponential", lambda n: min(2, 0.1 * 2**n), lambda n: min(2, 0.1 * 2**n)),
        ("equal-jitter", lambda n: min(2, 0.1 * 2**n) / 2, lambda n: min(2, 0.1 * 2**n)),
        ("decorrelated-jitter", lambda _n: 0.1, lambda n: min(2, 0.1 * 3 ** (n + 1))),
        ("google-sre", lambda _n: 0, lambda n: min(2, 0.1 * 2**n)),
        ("aws-standard", lambda _n: 0, lambda n: min(20, 2**n)),
        ("grpc", lambda _n: 0, lambda n: min(1, 0.1 * 2**n)),
    ],
)
@given(seed=st.integers())
def test_waits_stay_within_their_bounds(text: str, least: Bound, most: Bound, seed: int) -> None:
    """For every retry n of a call, the wait before it carried along."""
    policy, call = parse(text, chance(seed)), Call()
    for n in range(100):
        assert policy.acquire(call, 0.0) is None or text == "google-sre"
        call.attempts += 1
        policy.observe(call, BAD, 0.0)
        delay_s = policy.delay_s(call, 0.0)
        if delay_s is None:
            assert n + 1 == MOST.get(text, 4)
            return
        assert least(n) - 1e-12 <= delay_s <= most(n) + 1e-12
        call.waited_s = delay_s
    pytest.fail("it never gives up")


JITTERS: dict[str, Callable[[float, float, int, float], tuple[float, float]]] = {
    "exponential": lambda base, cap, n, _: (min(cap, base * 2**n), min(cap, base * 2**n)),
    "full-jitter": lambda base, cap, n, _: (0.0, min(cap, base * 2**n)),
    "equal-jitter": lambda base, cap, n, _: (min(cap, base * 2**n) / 2, min(cap, base * 2**n)),
    "decorrelated-jitter": lambda base, cap, _, before: (base, min(cap, 3 * max(base, before))),
}
"""Base, cap, n and the wait before -> the least and the most before retry n, all in seconds."""


@pytest.mark.parametrize("name", JITTERS)
@given(
    waits_ms=st.tuples(st.integers(1, 60_000), st.integers(1, 600_000)).filter(lambda w: w[0] <= w[1]),
    retries=st.integers(0, 100),
    seed=st.integers(),
)
@example(waits_ms=(8500, 8500), retries=20, seed=1)
@example(waits_ms=(1, 600_000), retries=100, seed=2)
def test_waits_stay_within_their_bounds_whatever_base_and_cap(
    name: str, waits_ms: tuple[int, int], retries: int, seed: int
) -> None:
    """Never below nor above what the formula says for that base and cap, up to the last retry."""
    base_ms, cap_ms = waits_ms
    text, call = f"{name}(base={base_ms} ms, cap={cap_ms} ms, retries={retries})", Call()
    policy = parse(text, chance(seed))
    for n in range(retries):
        call.attempts += 1
        least_s, most_s = JITTERS[name](base_ms / 1000, cap_ms / 1000, n, call.waited_s)
        delay_s = policy.delay_s(call, 0.0)
        assert delay_s is not None
        assert least_s - 1e-9 <= delay_s <= most_s + 1e-9
        call.waited_s = delay_s
    call.attempts += 1
    assert policy.delay_s(call, 0.0) is None


@given(
    name=st.sampled_from(sorted(REGISTRY)),
    guards=st.sets(st.sampled_from(sorted(n for n, s in REGISTRY.items() if s.role == "guard"))),
    calls=st.lists(st.lists(OUTCOMES, min_size=6, max_size=6), max_size=12),
    seed=st.integers(),
)
def test_no_policy_makes_more_attempts_than_it_states(
    name: str, guards: set[str], calls: list[list[Outcome]], seed: int
) -> None:
    """Alone or with any guards; who refuses is known beforehand; nothing is asked after the deadline."""
    policy, now_s = parse(" + ".join({name, *guards}), chance(seed)), 0.0
    for outcomes in calls:
        call = Call("GET", now_s, deadline_s=now_s + 3)
        for outcome in outcomes:
            now_s += policy.pace_s(call, now_s)
            rejected = policy.acquire(call, now_s)
            if rejected is not None:
                assert rejected.by in rejections()
                break
            assert "deadline" not in guards | {name} or now_s < call.started_s + 3
            call.attempts += 1
            now_s += 0.05
            policy.observe(call, outcome, now_s)
            delay_s = next_delay_s(policy, call, outcome, now_s)
            if delay_s is None:
                break
            assert "deadline" not in guards | {name} or now_s + delay_s < call.started_s + 3
            call.waited_s, now_s = delay_s, now_s + delay_s
        assert call.attempts <= MOST.get(name, 4)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["first", "hedge", "end", "cancel", "release"]), st.integers(0, 9), st.floats(0, 0.4)
    ),
    max_size=150,
)


@given(percent=st.integers(0, 100), minimum=st.integers(0, 5), steps=STEPS)
@example(percent=29, minimum=0, steps=[("first", 0, 0.0)] * 72 + [("hedge", 0, 0.0)] * 30)
def test_envoys_retries_under_way_stay_below_the_share(
    percent: int, minimum: int, steps: list[tuple[str, int, float]]
) -> None:
    """Also when calls have several attempts under way that end in any order; in the end nothing is under way."""
    policy = EnvoyBudget(percent / 100, minimum)
    flying: list[Call] = []
    for what, which, _ in steps:
        if what in {"first", "hedge"}:
            call = Call() if what == "first" or not flying else flying[which % len(flying)]
            before, retries = len(flying), policy._retries
            refused = policy.acquire(call, 0.0)
            if call.attempts:
                assert (refused is None) == (retries < max(minimum, percent * before // 100))
            if refused is None:
                call.attempts += 1
                flying.append(call)
        elif flying:
            call = flying.pop(which % len(flying))
            if what == "release":
                policy.release(call)
            else:
                policy.observe(call, BAD if what == "end" else OTHER, 0.0)
        assert policy._active == len(flying)
        assert 0 <= policy._retries <= policy._active
    for call in flying:
        policy.observe(call, OK, 0.0)
    assert (policy._active, policy._retries) == (0, 0)


@given(ratio=st.floats(0, 1), floor=st.floats(0, 5), steps=STEPS)
def test_no_budget_pays_back_more_than_it_got(
    ratio: float, floor: float, steps: list[tuple[str, int, float]]
) -> None:
    """Retries that were made, hedges too: <= ratio * calls + floor * t + burst, whatever is given back when."""
    plain, finagle = Budget(ratio, floor, 3), FinagleBudget(ratio, floor, 5.0)
    for policy, reserve in ((plain, 3.0), (finagle, floor * 5.0)):
        now_s = 0.0
        made = dict[Call, int]()
        flying: list[Call] = []
        for what, which, step_s in steps:
            now_s += step_s
            if what in {"first", "hedge"}:
                call = Call() if what == "first" or not flying else flying[which % len(flying)]
                if policy.acquire(call, now_s) is None:
                    flying.append(call)
                    call.attempts += 1
                    made[call] = made.get(call, 0) + 1
            elif flying:
                call = flying.pop(which % len(flying))
                if what == "release":
                    policy.release(call)
                    call.attempts -= 1
                    made[call] -= 1
                else:
                    policy.observe(call, OK, now_s)
            calls = sum(n > 0 for n in made.values())
            retries = sum(max(0, n - 1) for n in made.values())
            undone = calls < len(made)  # a deposit may have been spent before it was taken back
            assert undone or retries <= ratio * calls + floor * now_s + reserve + 1e-6


@given(
    ratio=st.floats(0, 1),
    floor=st.floats(0, 2),
    steps=st.lists(st.tuples(st.booleans(), st.floats(0, 2)), max_size=30),
)
def test_finagles_retries_keep_the_bound_over_any_time(
    ratio: float, floor: float, steps: list[tuple[bool, float]]
) -> None:
    """From any retry to any later one: ratio * calls (of the ttl before, too) + floor * (t + 1.1 * ttl)."""
    ttl_s, now_s = 2.0, 0.0
    policy, calls, retries = FinagleBudget(ratio, floor, ttl_s), list[float](), list[float]()
    for first, step_s in steps:
        now_s += step_s
        tried = [0] if first else [1] * 5  # retries are asked for more often than they are granted
        for attempts in tried:
            if policy.acquire(Call(attempts=attempts), now_s) is None:
                (retries if attempts else calls).append(now_s)
    for begin, begin_s in enumerate(retries):
        for end, end_s in enumerate(retries[begin:], start=1):
            paying = bisect_right(calls, end_s) - bisect_left(calls, begin_s - ttl_s)
            assert end <= ratio * paying + floor * (end_s - begin_s + 1.1 * ttl_s) + 1e-6


def test_finagles_reserve_can_be_spent_nearly_twice_within_a_ttl() -> None:
    """Ten at the end of a slice, ten more nine slices later: over less than 10 s, more than ratio * calls + 1/s."""
    policy = FinagleBudget(0.0, 1.0, 10.0)
    for at_s in (0.99, 10.0):
        assert sum(policy.acquire(Call(attempts=1), at_s) is None for _ in range(50)) == 10


def test_decorrelated_jitter_reaches_three_times_the_wait_before() -> None:
    """U(base, 3 * previous): the whole of it, and no more than the cap."""
    policy = parse("decorrelated-jitter(base=100 ms, cap=2 s)", chance(6))
    for waited_s, most_s in ((0.0, 0.3), (0.5, 1.5)):
        delays = [policy.delay_s(Call(attempts=1, waited_s=waited_s), 0.0) or 0.0 for _ in range(2000)]
        assert sum(delays) / 2000 == pytest.approx((0.1 + most_s) / 2, rel=0.03)
        assert 0.1 <= min(delays) < 0.12
        assert 0.95 * most_s < max(delays) <= most_s
    assert policy.delay_s(Call(attempts=1, waited_s=1000.0), 0.0) == 2.0


def test_what_finagles_budget_gives_back_is_forgotten_with_what_was_paid() -> None:
    """A retry that is undone late never leaves a credit behind."""
    policy, undone = FinagleBudget(0.0, 1.0, 10.0), Call(attempts=1)
    assert policy.acquire(undone, 0.5) is None
    assert policy.acquire(Call(), 9.5) is None
    policy.release(undone)
    assert sum(policy.acquire(Call(attempts=1), 11.5) is None for _ in range(50)) == 10


def test_finagles_reserve_is_spent_once_a_ttl() -> None:
    """1/s for 10 s: ten retries at once, then none until they are forgotten; deposits are forgotten alike."""
    policy = FinagleBudget(0.2, 1.0, 10.0)
    assert sum(policy.acquire(Call(attempts=1), 0.0) is None for _ in range(50)) == 10
    assert policy.acquire(Call(attempts=1), 8.9) is not None
    assert policy.acquire(Call(attempts=1), 10.0) is None
    for _ in range(50):
        assert policy.acquire(Call(), 20.0) is None
    assert sum(policy.acquire(Call(attempts=1), 20.0) is None for _ in range(50)) == 20
    for _ in range(50):
        assert policy.acquire(Call(), 40.0) is None
    assert sum(policy.acquire(Call(attempts=1), 60.0) is None for _ in range(50)) == 10


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 20)), max_size=200))
def test_google_sres_retries_stay_below_ten_percent(steps: list[tuple[bool, float]]) -> None:
    """Whenever one is granted, those before it were less than 10 % of the requests of the last two minutes."""
    policy, now_s = GoogleSre(3, 0.1, 120.0, (0.1, 2.0), chance(1)), 0.0
    sent: list[tuple[float, bool]] = []
    for retry, step_s in steps:
        now_s += step_s
        slice_now = int(now_s / 12)
        latest = [was for at_s, was in sent if int(at_s / 12) > slice_now - 10]
        refused = policy.acquire(Call(attempts=int(retry)), now_s)
        if retry:
            assert (refused is None) == (sum(latest) < 0.1 * len(latest))
        if refused is None:
            sent.append((now_s, retry))


@pytest.mark.slow
def test_the_throttle_sends_about_k_times_what_is_accepted() -> None:
    """A server that accepts 10 of 100 requests/s is asked about 20 times a second; the book's formula, to the digit."""
    policy, sent, accepted, granted = SreThrottle(2.0, 120.0, chance(3)), 0, 0, 0
    for n in range(60_000):
        now_s, call = n / 100, Call()
        if n % 100 == 0:
            granted = 10
        p = policy.refusal_share(now_s)
        requests, accepts = policy._counts.at(now_s)
        assert p == max(0.0, (requests - 2 * accepts) / (requests + 1))
        refused = policy.acquire(call, now_s)
        if refused is not None:
            assert refused == Rejection("sre-throttle")
            continue
        good, granted = granted > 0, granted - 1
        policy.observe(call, OK if good else BAD, now_s)
        if now_s >= 300:
            sent, accepted = sent + 1, accepted + good
    assert accepted / 300 == pytest.approx(10, rel=0.1)
    assert sent / accepted == pytest.approx(2, rel=0.1)


def test_cancelled_attempts_count_for_nothing_in_the_throttle() -> None:
    """A hedge that lost says nothing about the server."""
    policy = SreThrottle(2.0, 120.0, chance(1))
    for _ in range(50):
        call = Call()
        assert policy.acquire(call, 0.0) is None
        policy.observe(call, OTHER, 0.0)
    assert policy.refusal_share(0.0) == 0


def test_a_deadline_is_the_shorter_of_both() -> None:
    """What the asker gives and what the policy gives; nothing left is a rejection, a wait beyond it an end."""
    policy = parse("deadline(total=2 s) + fixed(delay=500 ms, retries=9)")
    call = Call("GET", 10.0, deadline_s=11.0)
    assert policy.left_s(call, 10.25) == pytest.approx(0.75)
    assert policy.left_s(Call("GET", 10.0), 10.25) == pytest.approx(1.75)
    assert policy.acquire(call, 11.0) == Rejection("deadline")
    assert policy.acquire(call, 10.4) is None
    call.attempts = 1
    assert next_delay_s(policy, call, BAD, 10.4) == 0.5
    assert next_delay_s(policy, call, BAD, 10.5) is None
    assert next_delay_s(policy, call, Outcome(OutcomeKind.SERVER_ERROR, 503, 3.0), 10.0) is None


def test_hedges_are_so_many_and_so_far_apart() -> None:
    """Three attempts: two hedges, each `after` the latest start; after a failure the next one at once."""
    policy, call = parse("hedge(after=50 ms, attempts=3)"), Call()
    for attempts, hedge_s, delay_s in ((1, 0.05, 0.0), (2, 0.05, 0.0), (3, None, None)):
        assert policy.acquire(call, 0.0) is None
        call.attempts = attempts
        assert policy.hedge_s(call, 0.0) == hedge_s
        assert policy.delay_s(call, 0.0) == delay_s


@given(probes=st.integers(1, 4), steps=STEPS)
def test_half_open_never_has_more_than_its_probes_with_hedges(
    probes: int, steps: list[tuple[str, int, float]]
) -> None:
    """Attempts let through since it opened and not yet ended, several of one call among them."""
    breaker = Breaker(0.5, CountWindow(10), 1, 1.0, probes)
    first = Call()
    assert breaker.acquire(first, 0.0) is None
    breaker.observe(first, BAD, 0.0)
    now_s, flying, probing = 1.0, list[Call](), 0
    for what, which, step_s in steps:
        now_s += step_s
        if what in {"first", "hedge"}:
            call = Call() if what == "first" or not flying else flying[which % len(flying)]
            was = breaker.state()
            if breaker.acquire(call, now_s) is None:
                flying.append(call)
                probing = probing + 1 if was == "half-open" else 1
        elif flying:
            call = flying.pop(which % len(flying))
            if what == "release":
                breaker.release(call)
            else:
                breaker.observe(call, BAD if what == "end" else OTHER, now_s)
            if breaker.state() == "half-open":
                probing = sum(call.notes[breaker._asked].count(breaker._epoch) for call in set(flying))
        if breaker.state() != "half-open":
            probing = 0
        assert probing <= probes


@given(st.lists(st.tuples(st.sampled_from(["enter", "undo", "end"]), st.integers(0, 2)), max_size=60))
def test_a_ledger_keeps_each_calls_attempts_apart(steps: list[tuple[str, int]]) -> None:
    """The latest is undone first, the oldest ends first, and one ledger never sees another's."""
    ledger, other, calls = InFlightCosts[int](), InFlightCosts[int](), [Call(), Call(), Call()]
    model: list[list[int]] = [[], [], []]
    for n, (what, which) in enumerate(steps):
        if what == "enter":
            ledger.enter(calls[which], n)
            model[which].append(n)
        elif what == "undo":
            assert ledger.undo(calls[which]) == (model[which].pop() if model[which] else None)
        else:
            assert ledger.end(calls[which]) == (model[which].pop(0) if model[which] else None)
        assert other.end(calls[which]) is None


@given(st.lists(st.tuples(st.floats(-1, 5), st.integers(1, 9)), max_size=100))
def test_a_rolling_sum_covers_nine_to_ten_slices(steps: list[tuple[float, int]]) -> None:
    """At least the last 9 s, at most the last 10 s, also where something is added late."""
    rolling, now_s = RollingSum(10.0, width=1), 100.0
    latest_s, added = now_s, list[tuple[float, int]]()
    for step_s, amount in steps:
        now_s += step_s
        latest_s = max(latest_s, now_s)
        rolling.add(0, amount, now_s)
        added.append((now_s, amount))
        total = rolling.at(now_s)[0]
        assert sum(a for at_s, a in added if at_s > latest_s - 9) - 1e-9 <= total
        assert total <= sum(a for at_s, a in added if at_s > latest_s - 10) + 1e-9
