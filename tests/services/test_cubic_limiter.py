"""Tests services.policies.cubic_limiter: attempts that were not made give back what they took, and no more."""

from services.policies.cubic_limiter import CubicLimiter


def throttled_limiter(now_s: float) -> CubicLimiter:
    """A limiter that a server has just switched on; its bucket is empty."""
    limiter = CubicLimiter(beta=0.7, scale=0.4)
    for step in range(21):
        limiter.answered(now_s - 1 + step / 20, throttled=False)
    limiter.answered(now_s, throttled=True)
    return limiter


def test_what_was_taken_before_the_limiter_was_on_is_not_given_back() -> None:
    """An attempt that began unlimited took no token; taking it back must not mint one."""
    limiter = CubicLimiter(beta=0.7, scale=0.4)
    taken = limiter.take(10.0)
    limiter.answered(10.0, throttled=True)
    before_s = limiter.wait_s(10.0)
    limiter.give_back(taken)
    assert taken == 0.0
    assert limiter.wait_s(10.0) == before_s > 0


def test_an_attempt_that_is_not_made_leaves_the_bucket_as_it_was() -> None:
    """With a whole token, with a part of one and with none."""
    limiter = throttled_limiter(100.0)
    for later_s in (100.01, 100.02, 103.0):
        before_s = limiter.wait_s(later_s)
        first, second = limiter.take(later_s), limiter.take(later_s)
        limiter.give_back(second)
        limiter.give_back(first)
        assert abs(limiter.wait_s(later_s) - before_s) < 1e-9
