"""Hysteresis: the same load, served on the way up and not on the way down. The picture of metastability.

    share(x, way) = good / offered of the seconds of that way whose offered rate lies near x
    H             = mean over x of  share(x, up) - share(x, down)

x goes over bins of equal width, from the least to the most that was offered on both ways; so H is the area between the
two curves as a share of the whole square: 0 where a load is served alike whatever was before, 1 where all of it is
served on the way up and nothing on the way down.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from chaos.traits import LoadChange
from lab.analysis.timeline.of_customer import of_customer
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.seconds import WINDOW_S
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import total, whole_seconds

BINS = 10
FEWEST_BINS = 6
"""Bins with seconds of both ways, below which the ways did not cover the same loads."""


@dataclass(frozen=True, slots=True)
class RampPoint:
    """A second of a ramp: offered and good in the 5 s window around it, rps."""

    second: int
    offered_rps: float
    good_rps: float


@dataclass(frozen=True, slots=True)
class Ways:
    """The load on its way up, and back down."""

    up: tuple[RampPoint, ...]
    down: tuple[RampPoint, ...]


def ways(timeline: Timeline) -> Ways | None:
    """Both ways of the first ramp up and the ramp down after it; None where the run has no such two."""
    ramps = [
        (action.applied_s, load)
        for action in timeline.actions.values()
        if (load := action.traits.load) is not None and load.over_s > 0 and action.applied_s is not None
    ]
    factor = 1.0
    up: tuple[float, LoadChange] | None = None
    for ramp in sorted(ramps, key=lambda ramp: ramp[0]):
        before, factor = factor, ramp[1].factor
        if up is None and factor > before:
            up = ramp
        elif up is not None and factor < before:
            return Ways(_points(timeline, *up), _points(timeline, *ramp))
    return None


def hysteresis(timeline: Timeline) -> float | None:
    """The area between the curves, -1 to 1 (below 0: served better on the way down); None where it is undetermined."""
    found = ways(timeline)
    if found is None or not found.up or not found.down:
        return None
    least = max(min(p.offered_rps for p in way) for way in (found.up, found.down))
    most = min(max(p.offered_rps for p in way) for way in (found.up, found.down))
    if most <= least:
        return None
    width = (most - least) / BINS
    edges = [least + width * n for n in range(BINS)]
    pairs = [(_share(found.up, low, low + width), _share(found.down, low, low + width)) for low in edges]
    apart = [up - down for up, down in pairs if up is not None and down is not None]
    return sum(apart) / len(apart) if len(apart) >= FEWEST_BINS else None


def _points(timeline: Timeline, start_s: float, load: LoadChange) -> tuple[RampPoint, ...]:
    timeline = timeline if load.of is None else of_customer(timeline, load.of)
    found = (_point(timeline, second) for second in whole_seconds(start_s, start_s + load.over_s))
    return tuple(point for point in found if point is not None)


def _point(timeline: Timeline, second: int) -> RampPoint | None:
    """Smoothed over the window around a second: what a Poisson schedule offers varies from one to the next."""
    window = range(max(0, second - WINDOW_S // 2), second + WINDOW_S // 2 + 1)
    offered, good = (total(timeline, window, what) for what in ("offered", "good"))
    if offered is None or good is None:
        return None
    return RampPoint(second, offered / len(window), good / len(window))


def _share(way: Iterable[RampPoint], low: float, high: float) -> float | None:
    inside = [point for point in way if low <= point.offered_rps <= high]
    return ratio(sum(point.good_rps for point in inside), sum(point.offered_rps for point in inside))
