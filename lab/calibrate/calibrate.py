"""Find the CPU share at which the bridge completes ``headroom x rate`` new connections a second.

Cost at low load is not capacity (docs/definitions.md), so the cap is adjusted and the capacity measured again
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
ONE_WINDOW, RIGHT = 0.10, 0.03
"""How far one window may be off by chance (its spread on a shared machine is 7 %), and what is as good as right."""
SPREAD = 0.15
NEAR = 0.35
COLD_S, WARM_S = 1.0, 0.4
"""Warm-up in seconds. After a new cap the first connections cost up to 1.6 times as much (measured)."""
SHARES = (0.004, 4.0)
"""The smallest cap is a quota of 2 ms in a period of 500 ms; the largest one no machine's bridge reaches alone."""

Seen = Mapping[float, tuple[float, ...]]
"""Windows (completions/s) by the share that they were measured under."""


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


async def calibrate(bench: Bench, asked_rps: float, guess: float | None = None) -> Calibration:
    """Adjust the cap until capacity is ``asked_rps`` and steady, or the windows are spent.

    ``guess`` is the share to try first, an earlier run's for one; without it the cost is measured without a cap.
    It only saves time: the capacity is measured under whatever cap results.

    Raises:
        ValueError: nothing at all came back through the bridge.
    """
    share = await first_guess(bench, asked_rps) if guess is None else bounded(guess)
    seen: dict[float, tuple[float, ...]] = {}
    left = MOST_IN_ALL
    while True:
        await bench.cap(share)
        seen[share] = await measure(bench, asked_rps, share, min(max(left, WINDOWS), MOST_WINDOWS), seen)
        left -= len(seen[share])
        last = seen[share][-WINDOWS:]
        found = Calibration(asked_rps, last, share, steady=agree(last, asked_rps))
        if found.steady or left <= 0:
            return found
        share = next_share(seen, asked_rps)


async def measure(bench: Bench, asked_rps: float, share: float, most: int, seen: Seen) -> tuple[float, ...]:
    """Windows (completions/s) under one cap: until the last three agree, or the cap is clearly wrong.

    Windows that are right in the mean but spread (the machine has other work) are followed by another one
    under the same cap: another cap would not make them steadier. What ``seen`` has of earlier caps counts in the
    mean: a cap that was chosen by eight windows isn't given up for a single one.
    """
    windows = await bench.closed_loop(IN_FLIGHT, 1, COLD_S)
    while len(windows) < most and not agree(windows[-WINDOWS:], asked_rps):
        known = near({**seen, share: windows}, asked_rps)
        wrong = not known or abs(statistics.mean(known) * share / asked_rps - 1) > doubt(len(known))
        if wrong and most > WINDOWS:  # the last cap that there is time for is not given up
            break
        windows += await bench.closed_loop(IN_FLIGHT, 1, WARM_S)
    return windows


def doubt(windows: int) -> float:
    """How far off the mean of so many windows may be before the cap is wrong, as a share of what is asked."""
    return ONE_WINDOW / math.sqrt(windows) + RIGHT


def near(seen: Seen, asked_rps: float) -> list[float]:
    """Capacity per share, of each window that came near what is asked.

    The others don't count: capacity grows faster than the share (a starved process wastes more of it).
    """
    return [
        rate / share for share, rates in seen.items() for rate in rates if abs(rate / asked_rps - 1) < NEAR
    ]


def agree(windows_rps: tuple[float, ...], asked_rps: float) -> bool:
    """Three windows whose median is what is asked and which don't spread too far."""
    if len(windows_rps) < WINDOWS or off(windows_rps, asked_rps) > WITHIN:
        return False
    return (max(windows_rps) - min(windows_rps)) / statistics.median(windows_rps) <= SPREAD


def next_share(seen: Seen, asked_rps: float) -> float:
    """The share to try next: pooled over the windows that came near what is asked, because each one is noisy.

    Where none did, between a share that is too low and one that is too high their geometric mean is tried.
    """
    if known := near(seen, asked_rps):
        return bounded(asked_rps / statistics.mean(known))
    rates = {share: statistics.median(windows) for share, windows in seen.items()}
    low = max((share for share, rate in rates.items() if rate < asked_rps), default=None)
    high = min((share for share, rate in rates.items() if rate >= asked_rps), default=None)
    if low is not None and high is not None:
        return math.sqrt(low * high)
    share, rate = min(rates.items(), key=lambda one: abs(one[1] - asked_rps))
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
