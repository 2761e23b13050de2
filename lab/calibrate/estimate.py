"""A capacity and its 95 % interval, from windows of a device that is saturated.

A capped device works in bursts: what it overdraws in one window it is held back for in the next, so completions per
second differ by a fifth from window to window while the share that it gets is exact in the long run. So what is
estimated is the *cost*: completions per CPU second, the ratio of two sums, and capacity is that times the share
(ratio estimator and the variance of its residuals: Cochran, Sampling Techniques, 3rd ed. 1977, section 6.3; windows
taken as independent, which overstates the interval, since a burst in one is followed by a lull in the next).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lab.calibrate.bench import Reading
from lab.student_t import t_975

LEAST_WINDOWS = 2


@dataclass(frozen=True, slots=True)
class Capacity:
    """Connections per second, and the 95 % interval of it.

    Attributes:
        rps: the estimate.
        low_rps, high_rps: its interval.
        windows_rps: completions per second of each window, as they were.
        empty_ratio: share of the readings that found the accept queue empty: 0 = saturated throughout; None: not known.
    """

    rps: float
    low_rps: float
    high_rps: float
    windows_rps: tuple[float, ...]
    empty_ratio: float | None

    @property
    def half_width(self) -> float:
        """Half of the interval, as a share of the estimate."""
        return (self.high_rps - self.low_rps) / 2 / self.rps if self.rps else math.inf


def capacity(readings: Sequence[Reading], cpu_share: float) -> Capacity | None:
    """What a device with ``cpu_share`` of a core carries; None: fewer than two windows, or nothing came through."""
    pairs = list(pairwise(readings))
    done = [after.completed_total - before.completed_total for before, after in pairs]
    used_s = [after.cpu_s_total - before.cpu_s_total for before, after in pairs]
    if len(pairs) < LEAST_WINDOWS or sum(done) <= 0 or sum(used_s) <= 0:
        return None
    per_cpu_s = sum(done) / sum(used_s)
    residuals = sum((one - per_cpu_s * cpu_s) ** 2 for one, cpu_s in zip(done, used_s, strict=True))
    count = len(pairs)
    error = math.sqrt(residuals / (count * (count - 1))) / (sum(used_s) / count)
    half = t_975(count - 1) * error * cpu_share
    rps = per_cpu_s * cpu_share
    waiting = [reading.waiting for reading in readings if reading.waiting is not None]
    return Capacity(
        rps=rps,
        low_rps=max(0.0, rps - half),
        high_rps=rps + half,
        windows_rps=tuple(
            round(one / (after.at_s - before.at_s), 1)
            for one, (before, after) in zip(done, pairs, strict=True)
        ),
        empty_ratio=waiting.count(0) / len(waiting) if waiting else None,
    )
