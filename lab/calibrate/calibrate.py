"""Find the CPU share at which the bridge completes ``headroom x rate`` new connections a second.

Cost at low load is not capacity (design.md, section 2), so the cap is adjusted and the capacity measured again
until three windows of one second under the *same* cap agree: their median within 10 % of what is asked, and
(max - min) / median <= 15 %. At most eight windows are spent; after that the calibration is not steady, and the
run is inconclusive.
"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

IN_FLIGHT = 16
WINDOWS = 3
MOST_WINDOWS = 8
WITHIN = 0.10
SPREAD = 0.15
SHARES = (0.004, 4.0)
"""The smallest cap is a quota of 2 ms in a period of 500 ms; the largest one no machine's bridge reaches alone."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was found. ``windows_rps``: completions/s of each window under the final cap.

    ``cpu_share``: 1.0 is one core. ``cost_ms``: CPU per connection at capacity.
    """

    asked_rps: float
    windows_rps: tuple[float, ...]
    cpu_share: float
    steady: bool

    @property
    def capacity_rps(self) -> float:
        """The median window, completions a second."""
        return statistics.median(self.windows_rps)

    @property
    def spread_ratio(self) -> float | None:
        """(max - min) / median of the windows; None for a single one, or when nothing came through."""
        if len(self.windows_rps) == 1 or not self.capacity_rps:
            return None
        return (max(self.windows_rps) - min(self.windows_rps)) / self.capacity_rps

    @property
    def cost_ms(self) -> float | None:
        """CPU time per connection at capacity, in ms: the share of a second that was spent, per completion."""
        return self.cpu_share * 1000 / self.capacity_rps if self.capacity_rps else None


class Bench(Protocol):
    """What a calibration asks of the living lab."""

    async def closed_loop(self, in_flight: int, windows: int) -> tuple[float, ...]:
        """Completions/s in each of ``windows`` windows of 1 s, a new connection each, no retries."""
        ...

    async def cap(self, cpu_share: float | None) -> None:
        """Set the bridge's CPU cap; None lifts it."""
        ...

    async def cpu_s(self) -> float:
        """CPU seconds that the bridge has used so far."""
        ...


async def calibrate(bench: Bench, asked_rps: float) -> Calibration:
    """Adjust the cap until capacity is ``asked_rps`` and steady, or eight windows are spent.

    Raises:
        ValueError: nothing at all came back through the bridge.
    """
    share = await first_guess(bench, asked_rps)
    seen: dict[float, float] = {}
    left = MOST_WINDOWS - 1
    while True:
        await bench.cap(share)
        windows = await measure(bench, asked_rps, left)
        left -= len(windows)
        found = Calibration(asked_rps, windows[-WINDOWS:], share, steady=agree(windows[-WINDOWS:], asked_rps))
        if found.steady or left <= 0:
            return found
        seen[share] = found.capacity_rps
        share = next_share(seen, asked_rps)


async def measure(bench: Bench, asked_rps: float, most: int) -> tuple[float, ...]:
    """Windows (completions/s) under one cap: until the last three agree, or it is clear that the cap is wrong.

    Windows that are right in the median but spread (something else ran on the machine) are followed by another
    one under the same cap; another cap would not make them steadier.
    """
    windows = await bench.closed_loop(IN_FLIGHT, 1)
    if most >= WINDOWS and not misses(windows, asked_rps):
        windows += await bench.closed_loop(IN_FLIGHT, WINDOWS - 1)
    while len(windows) < most and not misses(windows[-WINDOWS:], asked_rps):
        if agree(windows[-WINDOWS:], asked_rps):
            break
        windows += await bench.closed_loop(IN_FLIGHT, 1)
    return windows


def agree(windows_rps: tuple[float, ...], asked_rps: float) -> bool:
    """Three windows whose median is what is asked and which don't spread too far."""
    if len(windows_rps) < WINDOWS or misses(windows_rps, asked_rps):
        return False
    return (max(windows_rps) - min(windows_rps)) / statistics.median(windows_rps) <= SPREAD


def next_share(seen: Mapping[float, float], asked_rps: float) -> float:
    """The share to try next, from the capacities (completions/s) measured so far by share.

    Between two that enclose what is asked, by linear interpolation; otherwise in proportion to the nearest one.
    Capacity grows faster than the share (a starved process wastes more of it), so proportion alone swings.
    """
    below = [share for share, rate in seen.items() if rate < asked_rps]
    above = [share for share, rate in seen.items() if rate >= asked_rps]
    if below and above and max(below) < min(above):
        low, high = max(below), min(above)
        part = (asked_rps - seen[low]) / (seen[high] - seen[low])
        return low + part * (high - low)
    nearest = min(seen, key=lambda share: abs(seen[share] - asked_rps))
    return bounded(nearest * asked_rps / max(seen[nearest], asked_rps / 20))


async def first_guess(bench: Bench, asked_rps: float) -> float:
    """The share that would do if a connection cost the same under a cap as without one."""
    await bench.cap(None)
    before_s = await bench.cpu_s()
    (rate_rps,) = await bench.closed_loop(IN_FLIGHT, 1)
    if rate_rps <= 0:
        raise ValueError("calibration: no request came back through the bridge within a window of 1 s")
    # The loop's warm-up of half a second is in the CPU time, too.
    cost_s = (await bench.cpu_s() - before_s) / (rate_rps * 1.5)
    return bounded(asked_rps * cost_s)


def misses(windows_rps: tuple[float, ...], asked_rps: float) -> bool:
    """Whether the median is further than 10 % from what is asked."""
    return abs(statistics.median(windows_rps) / asked_rps - 1) > WITHIN


def bounded(share: float) -> float:
    """``share`` within what a cap can be."""
    return min(max(share, SHARES[0]), SHARES[1])
