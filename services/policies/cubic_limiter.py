"""A client-side rate limiter whose rate CUBIC sets: the AWS SDKs' adaptive mode.

    measured rate   attempts of each half second, smoothed: 0.8 * latest + 0.2 * before
    throttled       w = min(measured, active rate);  rate = beta * w
    otherwise       rate = scale * (t - K)^3 + w;  K = cbrt(w * (1 - beta) / scale);  t since the last throttling
    bucket          fills at min(rate, 2 * measured), at least 0.5/s; holds one second's worth, at least 1 token

Rates in 1/s, times in seconds. Source: botocore (retries/adaptive.py, throttling.py, bucket.py).
Defaults: beta 0.7, scale 0.4.
"""

import math

_SMOOTHING = 0.8
_SPAN_S = 0.5
_MOST_OF_MEASURED = 2.0
_LEAST_RPS = 0.5
_NEARLY_ONE = (
    1 - 1e-9
)  # a wait of exactly as long as was asked for must suffice, whatever rounding makes of it


class RateClock:
    """The rate at which attempts end, measured over half seconds.

    Args:
        now_s: When it starts.
    """

    def __init__(self, now_s: float) -> None:
        self.measured_rps = 0.0
        self._span_s: float = math.floor(now_s)
        self._count = 0

    def record(self, now_s: float) -> float:
        """One more; the measured rate in 1/s."""
        span_s = math.floor(now_s / _SPAN_S) * _SPAN_S
        self._count += 1
        if span_s > self._span_s:
            latest_rps = self._count / (span_s - self._span_s)
            self.measured_rps = latest_rps * _SMOOTHING + self.measured_rps * (1 - _SMOOTHING)
            self._count = 0
            self._span_s = span_s
        return self.measured_rps


class CubicLimiter:
    """A token bucket that is off until the first throttling.

    Args:
        beta: What throttling leaves of the rate (0.7: 70 %).
        scale: How fast it grows back.
    """

    def __init__(self, beta: float, scale: float) -> None:
        self._beta = beta
        self._scale = scale
        self._clock: RateClock | None = None
        self._highest_rps = 0.0
        self._zero_s = 0.0
        self._throttled_s = 0.0
        self._enabled = False
        self.rate_rps = 1.0
        self._capacity = 1.0
        self._tokens = 0.0
        self._filled_s = 0.0

    def wait_s(self, now_s: float) -> float:
        """Seconds until the bucket has a token; 0 while the limiter is off."""
        self._started(now_s)
        if not self._enabled:
            return 0.0
        self._fill(now_s)
        return 0.0 if self._tokens >= _NEARLY_ONE else (1 - self._tokens) / self.rate_rps

    def take(self, now_s: float) -> float:
        """An attempt is made; the tokens that it took: none while the limiter is off, or where none was left."""
        if not self._enabled:
            return 0.0
        self._fill(now_s)
        taken = min(1.0, self._tokens)
        self._tokens -= taken
        return taken

    def give_back(self, taken: float) -> None:
        """It wasn't made: what it took goes back into the bucket."""
        if self._enabled:
            self._tokens = min(self._capacity, self._tokens + taken)

    def answered(self, now_s: float, *, throttled: bool) -> None:
        """An attempt has ended: measure, and set the rate."""
        measured_rps = self._started(now_s).record(now_s)
        if throttled:
            self._highest_rps = min(measured_rps, self.rate_rps) if self._enabled else measured_rps
            self._zero_s = math.cbrt(self._highest_rps * (1 - self._beta) / self._scale)
            self._throttled_s = now_s
            self._enabled = True
            rate_rps = self._highest_rps * self._beta
        else:
            rate_rps = self._scale * (now_s - self._throttled_s - self._zero_s) ** 3 + self._highest_rps
        self._set(min(rate_rps, _MOST_OF_MEASURED * measured_rps), now_s)

    def _started(self, now_s: float) -> RateClock:
        """Measuring begins when the policy is asked for the first time."""
        if self._clock is None:
            self._clock = RateClock(now_s)
            self._throttled_s = self._filled_s = now_s
        return self._clock

    def _set(self, rate_rps: float, now_s: float) -> None:
        self._fill(now_s)  # what has gathered so far did so at the old rate
        self.rate_rps = max(rate_rps, _LEAST_RPS)
        self._capacity = max(rate_rps, 1.0)
        self._tokens = min(self._tokens, self._capacity)

    def _fill(self, now_s: float) -> None:
        self._tokens = min(self._capacity, self._tokens + max(0.0, now_s - self._filled_s) * self.rate_rps)
        self._filled_s = max(now_s, self._filled_s)
