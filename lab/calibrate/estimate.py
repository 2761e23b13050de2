"""A capacity and its 95 % interval, from windows of a device that is saturated.

A capped device works in bursts: what it overdraws in one window it is held back for in the next, so completions
per second differ by a third from window to window while the share that it gets is exact in the long run. So
what is estimated is the *cost*: connections per CPU second, the ratio of two sums, and capacity is that times
the share (ratio estimator and the variance of its residuals: Cochran, Sampling Techniques, 3rd ed. 1977,
section 6.3). A window's connections are the mean of those that were accepted and those that were answered in
it: one that came in and waits is half done. (Fifty seconds of one bridge, ten blocks of 5 s: the blocks lay 12
connections/s apart, one standard deviation; this says 9, and 14 where only the answered ones are counted.)

A cost is nearly the same under a share that is a little different, so windows under earlier shares count as well.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lab.calibrate.bench import Reading
from lab.student_t import t_975

LEAST_WINDOWS = 2
NEARLY = 1.25
"""Shares that differ by this factor at most have nearly the same cost per connection."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a device did between two readings under one share; ``emptied``: the second one found nothing waiting."""

    cpu_share: float
    took_s: float
    connections: float
    cpu_s: float
    emptied: bool | None

    @classmethod
    def between(cls, before: Reading, after: Reading, cpu_share: float) -> "Window":
        """Half a connection for being accepted, half for being answered."""
        accepted = after.accepted_total - before.accepted_total
        answered = after.completed_total - before.completed_total
        return cls(
            cpu_share=cpu_share,
            took_s=after.at_s - before.at_s,
            connections=(accepted + answered) / 2,
            cpu_s=after.cpu_s_total - before.cpu_s_total,
            emptied=None if after.waiting is None else after.waiting == 0,
        )


@dataclass(frozen=True, slots=True)
class Capacity:
    """Connections per second, and the 95 % interval of it.

    Attributes:
        rps: the estimate.
        low_rps, high_rps: its interval.
        counted: windows that it comes from.
        windows_rps: connections per second of each window under this very share, as they were.
        delivered_ratio: CPU used in those windows / what the share allows: 1 = the share was delivered.
        empty_ratio: share of those windows that ended with no connection waiting: 0 = saturated; None: not known.
    """

    rps: float
    low_rps: float
    high_rps: float
    counted: int
    windows_rps: tuple[float, ...]
    delivered_ratio: float
    empty_ratio: float | None

    @property
    def half_width(self) -> float:
        """Half of the interval, as a share of the estimate."""
        return (self.high_rps - self.low_rps) / 2 / self.rps if self.rps else math.inf


def capacity(windows: Sequence[Window], cpu_share: float) -> Capacity | None:
    """What a device with ``cpu_share`` of a core carries; None: fewer than two windows, or nothing came through."""
    near = [one for one in windows if max(one.cpu_share, cpu_share) <= NEARLY * min(one.cpu_share, cpu_share)]
    done, used_s = sum(one.connections for one in near), sum(one.cpu_s for one in near)
    if len(near) < LEAST_WINDOWS or done <= 0 or used_s <= 0:
        return None
    per_cpu_s, count = done / used_s, len(near)
    residuals = sum((one.connections - per_cpu_s * one.cpu_s) ** 2 for one in near)
    error = math.sqrt(residuals / (count * (count - 1))) / (used_s / count)
    rps, half = per_cpu_s * cpu_share, t_975(count - 1) * error * cpu_share
    under = [one for one in near if one.cpu_share == cpu_share]
    emptied = [one.emptied for one in under if one.emptied is not None]
    return Capacity(
        rps=rps,
        low_rps=max(0.0, rps - half),
        high_rps=rps + half,
        counted=count,
        windows_rps=tuple(round(one.connections / one.took_s, 1) for one in under),
        delivered_ratio=sum(one.cpu_s for one in under) / (cpu_share * sum(one.took_s for one in under)),
        empty_ratio=sum(emptied) / len(emptied) if emptied else None,
    )
