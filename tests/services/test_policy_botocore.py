"""The AWS modes against botocore's own classes, on the same clock and with the same chance."""

import math
import random
from typing import TypeVar

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import CapacityNotAvailableError, ReadTimeoutError
from botocore.retries import (
    adaptive,
    bucket,
    quota,
    standard,
    throttling,
)
from hypothesis import given
from hypothesis import strategies as st

from services.policies import Call, Composition, Outcome, OutcomeKind, parse
from services.policies.aws_adaptive import AwsAdaptive
from services.policies.aws_standard import AwsStandard

Aws = TypeVar("Aws", bound=AwsStandard)

NEW = "base=50 ms, cost=14, timeout-cost=14"
"""The figures of the botocore that is installed."""

ENDS = {
    "ok": Outcome(OutcomeKind.OK, 200),
    "503": Outcome(OutcomeKind.SERVER_ERROR, 503),
    "429": Outcome(OutcomeKind.CLIENT_ERROR, 429),
    "timeout": Outcome(OutcomeKind.TIMEOUT),
}


class Clock(bucket.Clock):  # type: ignore[misc]
    """botocore's clock, moved by the test; it never sleeps."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s

    def current_time(self) -> float:
        """Seconds."""
        return self.now_s

    def sleep(self, amount: float) -> None:
        """No one may wait here."""
        raise AssertionError(amount)


def context(attempt: int, end: str, request: dict[str, object] | None = None) -> standard.RetryContext:
    """What botocore knows of an attempt that ended so."""
    status = ENDS[end].status
    return standard.RetryContext(
        attempt_number=attempt,
        parsed_response={} if status else None,
        http_response=AWSResponse("http://auth/", status, {}, None) if status else None,
        caught_exception=None if status else ReadTimeoutError(endpoint_url="http://auth/"),
        request_context=request if request is not None else {},
    )


def only(kind: type[Aws], text: str) -> Aws:
    """The one layer that a text has."""
    composition = parse(text)
    assert isinstance(composition, Composition)
    (layer,) = composition._layers
    assert isinstance(layer, kind)
    return layer


def detector() -> standard.ThrottlingErrorDetector:
    """What botocore takes for throttling."""
    return standard.ThrottlingErrorDetector(standard.RetryEventAdapter())


def test_the_figures_are_those_of_the_installed_botocore() -> None:
    """If botocore changes them again, the text in this test and in the docs has to follow."""
    checker, backoff = standard.RetryQuotaChecker, standard.ExponentialBackoff
    assert (checker._RETRY_COST, checker._THROTTLING_RETRY_COST) == (14, 5)
    assert checker._NO_RETRY_INCREMENT == 1
    assert backoff._DEFAULT_BACKOFF_CONFIG["non_throttling_base_scale"] == pytest.approx(0.05)
    assert backoff._MAX_BACKOFF == 20
    assert quota.RetryQuota.INITIAL_CAPACITY == 500
    assert standard.DEFAULT_MAX_ATTEMPTS == 3
    assert (throttling.CubicCalculator._BETA, throttling.CubicCalculator._SCALE_CONSTANT) == (0.7, 0.4)


@given(attempt=st.integers(1, 30), end=st.sampled_from(["503", "429", "timeout"]), seed=st.integers())
def test_the_waits_are_botocores(attempt: int, end: str, seed: int) -> None:
    """The same chance gives the same wait, throttled or not, up to the cap of 20 s."""
    theirs = standard.ExponentialBackoff(
        random=random.Random(seed).random,  # noqa: S311  no secret
        throttling_detector=detector(),
    )
    ours = parse(f"aws-standard(attempts=100, {NEW})", random.Random(seed))  # noqa: S311  no secret
    call = Call()
    assert ours.acquire(call, 0.0) is None
    ours.observe(call, ENDS[end], 0.0)
    call.attempts = attempt
    assert ours.delay_s(call, 0.0) == pytest.approx(theirs.delay_amount(context(attempt, end)))


@given(
    st.lists(st.lists(st.sampled_from(["ok", "503", "429", "timeout"]), min_size=3, max_size=3), max_size=80)
)
def test_the_token_bucket_decides_as_botocores(calls: list[list[str]]) -> None:
    """The same retries are granted, and the same tokens are left, whatever the history of calls."""
    theirs_quota = quota.RetryQuota(100)
    checker = standard.RetryQuotaChecker(theirs_quota, detector())
    conditions = standard.MaxAttemptsChecker(3)
    ours = only(AwsStandard, f"aws-standard(bucket=100, {NEW})")
    for ends in calls:
        call, request = Call(), dict[str, object]()
        assert ours.acquire(call, 0.0) is None
        for attempt, end in enumerate(ends, start=1):
            call.attempts = attempt
            ours.observe(call, ENDS[end], 0.0)
            seen = context(attempt, end, request)
            if end == "ok":
                break
            again = conditions.is_retryable(seen)
            assert (ours.delay_s(call, 0.0) is not None) == again
            granted = again and checker.acquire_retry_quota(seen)
            if not again:
                break
            assert (ours.acquire(call, 0.0) is None) == granted
            if not granted:
                break
        checker.release_retry_quota(request, seen.http_response)
        assert ours._tokens == theirs_quota.available_capacity


def play(policy: AwsStandard, *ends: str) -> bool:
    """One call whose attempts end so; whether all of them were granted."""
    call = Call()
    for end in ends:
        if policy.acquire(call, 0.0) is not None:
            return False
        call.attempts += 1
        policy.observe(call, ENDS[end], 0.0)
    return True


@pytest.mark.parametrize(("end", "retries"), [("503", 100), ("timeout", 50), ("429", 100)])
def test_a_full_bucket_pays_for_so_many_retries(end: str, retries: int) -> None:
    """500 tokens, as all SDKs have published: 5 for a retry, 10 after a timeout."""
    policy = only(AwsStandard, "aws-standard")
    assert [play(policy, end, end) for _ in range(retries + 1)] == [True] * retries + [False]


@pytest.mark.parametrize(
    ("ends", "change"),
    [
        (["ok"], 1),
        (["503", "503"], -5),
        (["503", "timeout"], -5),
        (["timeout", "503"], -10),
        (["timeout", "timeout"], -10),
        (["503", "ok"], 0),
        (["timeout", "ok"], 0),
        (["503", "503", "ok"], -5),
        (["503", "timeout", "ok"], -5),
        (["timeout", "503", "ok"], -10),
    ],
)
def test_what_a_call_costs_and_pays_back(ends: list[str], change: int) -> None:
    """A retry costs by what came before it; a retry that succeeds pays its own cost back, a first success 1."""
    policy = only(AwsStandard, "aws-standard")
    assert all(play(policy, "503", "503") for _ in range(10))
    assert policy._tokens == 450
    assert play(policy, *ends)
    assert policy._tokens == 450 + change


@given(
    begin_s=st.floats(0, 1e6),
    steps=st.lists(
        st.tuples(st.floats(0.001, 3), st.sampled_from(["ok", "ok", "ok", "429", "503"])), max_size=150
    ),
)
def test_the_rate_limiter_follows_botocores(begin_s: float, steps: list[tuple[float, str]]) -> None:
    """The fill rate after every answer, and who has to wait for how long before each attempt."""
    clock = Clock(begin_s)
    tokens = bucket.TokenBucket(max_rate=1, clock=clock)
    limiter = adaptive.ClientRateLimiter(
        throttling.CubicCalculator(0, begin_s), adaptive.RateClocker(clock), tokens, detector(), clock
    )
    policy = only(AwsAdaptive, "aws-adaptive")
    assert policy.pace_s(Call(), begin_s) == 0
    for step_s, end in steps:
        clock.now_s += step_s
        call = Call()
        pace_s = policy.pace_s(call, clock.now_s)
        if limiter._enabled:
            try:
                tokens.acquire(block=False)
                expected_s = 0.0
            except CapacityNotAvailableError:
                expected_s = tokens._sleep_amount(1)
            assert math.isclose(pace_s, expected_s, rel_tol=1e-6, abs_tol=1e-6)
            if expected_s:
                clock.now_s += expected_s + 1e-9
                tokens.acquire(block=False)
                assert policy.pace_s(call, clock.now_s) == 0
        else:
            assert pace_s == 0
        assert policy.acquire(call, clock.now_s) is None
        call.attempts = 1
        status = ENDS[end].status
        answer: tuple[object, dict[str, object]] = (AWSResponse("http://auth/", status, {}, None), {})
        limiter.on_receiving_response(
            response=answer,
            attempts=1,
            operation=None,
            caught_exception=None,
            request_dict={"context": {}},
        )
        policy.observe(call, ENDS[end], clock.now_s)
        assert math.isclose(policy._limiter.rate_rps, tokens.max_rate, rel_tol=1e-9)
