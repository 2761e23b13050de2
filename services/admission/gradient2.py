"""Gradient2: a limit on the work in the house, found from how latency grows. Everything above it is refused.

    after each piece of work that took `short` seconds, waiting included, with `n` in the house:

    long     <- mean of the first 10, then long * (1 - f) + short * f,  f = 2 / (long-window + 1)
    long     <- 0.95 * long                      where long > 2 * short (latency fell back to normal)
    gradient  = max(0.5, min(1, tolerance * long / short))
    limit    <- between least and most of
                (1 - smoothing) * limit + smoothing * (gradient * limit + queue)
                unless n < limit / 2 (no one needs more)

Source: Netflix's concurrency-limits, `Gradient2Limit` and `ExpAvgMeasurement` (warm-up 10), with their defaults.
Their server limiter has no queue of its own; here waiting and working count, and `least` may be set below the workers
to keep no queue at all. Where only `least` or `most` is written, it starts at the nearest to 20 between them.
Limits and `queue` are pieces of work, `short` and `long` seconds.
Defaults: start 20, least 20, most 200, queue 4, smoothing 20%, long-window 600, tolerance 150%.
"""

from collections.abc import Mapping

from services.admission.admission import Crowd, Work
from services.admission.noop import NoopAdmission
from services.admission.spec import AdmissionSpec
from services.policies.parameters import Parameter, Values, in_order

_WARM_UP = 10
_DRIFTED = 2.0
_DECAY = 0.95
_SHORTEST_S = 1e-6  # a clock that stands still must not divide by zero


class Gradient2(NoopAdmission):
    """A concurrency limit that follows the latency.

    Args:
        start: The limit to begin with, from `least` to `most`.
        least: It never falls below this.
        most: It never rises above this.
        queue: By how much it may grow at a time while latency stays low.
        smoothing: The weight of the new estimate, 0 to 1.
        long_window: Over how many pieces of work the long-term latency is averaged.
        tolerance: How many times the long-term latency is still no sign of queueing.
    """

    name = "gradient2"

    def __init__(  # noqa: PLR0913  as many as the source has
        self,
        *,
        start: float,
        least: float,
        most: float,
        queue: float,
        smoothing: float,
        long_window: float,
        tolerance: float,
    ) -> None:
        self._least = least
        self._most = most
        self.limit = start
        self._queue = queue
        self._smoothing = smoothing
        self._weight = 2 / (long_window + 1)
        self._tolerance = tolerance
        self._long_s = 0.0
        self._seen = 0

    def refuse(self, work: Work, crowd: Crowd, now_s: float) -> bool:  # noqa: ARG002  Layer's signature
        """Where the limit is reached."""
        return crowd.waiting + crowd.working >= int(self.limit)

    def ended(self, work: Work, crowd: Crowd, now_s: float) -> None:
        """Learn how long it took, waiting included."""
        short_s = max(_SHORTEST_S, now_s - work.arrived_s)
        long_s = self._average(short_s)
        if long_s / short_s > _DRIFTED:
            self._long_s *= _DECAY
        if crowd.waiting + crowd.working < self.limit / 2:
            return
        gradient = max(0.5, min(1.0, self._tolerance * long_s / short_s))
        estimate = self.limit * gradient + self._queue
        smoothed = self.limit * (1 - self._smoothing) + estimate * self._smoothing
        self.limit = max(self._least, min(self._most, smoothed))

    def _average(self, short_s: float) -> float:
        if self._seen < _WARM_UP:
            self._seen += 1
            self._long_s += (short_s - self._long_s) / self._seen
        else:
            self._long_s += (short_s - self._long_s) * self._weight
        return self._long_s


def _start_within(values: Values) -> str | None:
    if "start" not in values.written:
        return None
    wrong = (check(values) for check in (in_order("least", "start"), in_order("start", "most")))
    return next((text for text in wrong if text is not None), None)


def _build(given: Mapping[str, float]) -> Gradient2:
    values = {key.replace("-", "_"): value for key, value in given.items()}
    values["start"] = min(max(given["start"], given["least"]), given["most"])  # moves the default only
    return Gradient2(**values)


SPEC = AdmissionSpec(
    "gradient2",
    "guard",
    {
        "start": Parameter("count", default=20, least=1, most=100_000),
        "least": Parameter("count", default=20, least=1, most=100_000),
        "most": Parameter("count", default=200, least=1, most=100_000, looser="more"),
        "queue": Parameter("count", default=4, least=0, most=10_000, looser="more"),
        "smoothing": Parameter("share", default=0.2, least=0.01, most=1),
        "long-window": Parameter("count", default=600, least=1, most=100_000),
        "tolerance": Parameter("share", default=1.5, least=1, most=10),
    },
    build=_build,
    checks=(in_order("least", "most"), _start_within),
)
