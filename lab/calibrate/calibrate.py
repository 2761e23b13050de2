"""Find the CPU share at which the bridge completes ``headroom x rate`` new connections a second.

Cost at low load is not capacity (design.md, section 2), so the cap is adjusted and the capacity measured again
until three windows of one second under the *same* cap agree: their median within 10 % of what is asked, and
(max - min) / median <= 15 %. At most eight windows are spent under one cap, and no further cap is
tried after fourteen in all; then the calibration is not steady, and the run is inconclusive.
"""

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

IN_FLIGHT = 16
WINDOWS = 3
MOST_WINDOWS = 8
MOST_IN_ALL = 14
WITHIN = 0.10
CLEARLY_OFF = 0.20
"""A single window varies by about 10 % on a shared machine: further off than this, the cap is wrong."""
SPREAD = 0.15
NEAR = 0.35
COLD_S, WARM_S = 1.0, 0.4
"""Warm-up in seconds. After a new cap the first connections cost up to 1.6 times as much (measured)."""
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

    async def closed_loop(self, in_flight: int, windows: int, warm_up_s: float) -> tuple[float, ...]:
        """Completions/s in each of ``windows`` windows of 1 s, a new connection each, no retries.

        The loop runs for ``warm_up_s`` seconds before the first window.
        """
        ...

    async def cap(self, cpu_share: float | None) -> None:
        """Set the bridge's CPU cap; None lifts it."""
        ...

    async def cpu_s(self) -> float:
        """CPU seconds that the bridge has used so far."""
        ...


async def calibrate(bench: Bench, asked_rps: float) -> Calibration:
    """Adjust the cap until capacity is ``asked_rps`` and steady, or the windows are spent.

    Raises:
        ValueError: nothing at all came back through the bridge.
    """
    share = await first_guess(bench, asked_rps)
    seen: dict[float, float] = {}
    left = MOST_IN_ALL
    while True:
        await bench.cap(share)
        windows = await measure(bench, asked_rps, min(max(left, WINDOWS), MOST_WINDOWS))
        left -= len(windows)
        found = Calibration(asked_rps, windows[-WINDOWS:], share, steady=agree(windows[-WINDOWS:], asked_rps))
        if found.steady or left <= 0:
            return found
        seen[share] = statistics.median(windows)
        share = next_share(seen, asked_rps)


async def measure(bench: Bench, asked_rps: float, most: int) -> tuple[float, ...]:
    """Windows (completions/s) under one cap: until the last three agree, or it is clear that the cap is wrong.

    Windows that are right in the median but spread (the machine has other work) are followed by another one
    under the same cap; another cap would not make them steadier.
    """
    windows = await bench.closed_loop(IN_FLIGHT, 1, COLD_S)
    if off(windows, asked_rps) > CLEARLY_OFF:
        return windows
    while len(windows) < most:
        windows += await bench.closed_loop(
            IN_FLIGHT, min(max(1, WINDOWS - len(windows)), most - len(windows)), WARM_S
        )
        if agree(windows[-WINDOWS:], asked_rps):
            break
        if len(windows) > WINDOWS and off(windows, asked_rps) > WITHIN:
            break
    return windows


def agree(windows_rps: tuple[float, ...], asked_rps: float) -> bool:
    """Three windows whose median is what is asked and which don't spread too far."""
    if len(windows_rps) < WINDOWS or off(windows_rps, asked_rps) > WITHIN:
        return False
    return (max(windows_rps) - min(windows_rps)) / statistics.median(windows_rps) <= SPREAD


def next_share(seen: Mapping[float, float], asked_rps: float) -> float:
    """The share to try next, from the capacities (completions/s) measured so far by share.

    Capacity per share is pooled over the caps that came near what is asked, because each window is noisy; farther
    ones don't count, because capacity grows faster than the share (a starved process wastes more of it): between
    one that is too low and one that is too high, their geometric mean is tried.
    """
    near = [rate / share for share, rate in seen.items() if abs(rate / asked_rps - 1) < NEAR]
    if near:
        return bounded(asked_rps / statistics.median(near))
    low = max((share for share, rate in seen.items() if rate < asked_rps), default=None)
    high = min((share for share, rate in seen.items() if rate >= asked_rps), default=None)
    if low is not None and high is not None:
        return math.sqrt(low * high)
    share, rate = min(seen.items(), key=lambda one: abs(one[1] - asked_rps))
    return bounded(share * asked_rps / max(rate, asked_rps / 20))


async def first_guess(bench: Bench, asked_rps: float) -> float:
    """The share that would do if a connection cost the same under a cap as without one."""
    await bench.cap(None)
    before_s = await bench.cpu_s()
    (rate_rps,) = await bench.closed_loop(IN_FLIGHT, 1, WARM_S)
    if rate_rps <= 0:
        raise ValueError("calibration: no request came back through the bridge within a window of 1 s")
    cost_s = (await bench.cpu_s() - before_s) / (rate_rps * (1 + WARM_S))  # the warm-up's CPU is in it
    return bounded(asked_rps * cost_s)


def off(windows_rps: tuple[float, ...], asked_rps: float) -> float:
    """How far the median is from what is asked, as a share of that."""
    return abs(statistics.median(windows_rps) / asked_rps - 1)


def bounded(share: float) -> float:
    """``share`` within what a cap can be."""
    return min(max(share, SHARES[0]), SHARES[1])
