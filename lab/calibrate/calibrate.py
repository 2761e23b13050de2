"""Find the CPU share at which the bridge completes ``headroom x rate`` new connections a second.

Cost at low load is not capacity (design.md, section 2), so the cap is adjusted and the capacity measured again
until three windows of one second under the *same* cap agree: their median within 10 % of what is asked, and
(max - min) / median <= 15 %. At most eight windows are spent; after that the calibration is not steady, and the
run is inconclusive.
"""

import statistics
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
    def spread_ratio(self) -> float:
        """(max - min) / median of the windows."""
        return (max(self.windows_rps) - min(self.windows_rps)) / self.capacity_rps

    @property
    def cost_ms(self) -> float:
        """CPU time per connection at capacity, in ms: the share of a second that was spent, per completion."""
        return self.cpu_share * 1000 / self.capacity_rps


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
    spent = 1
    while True:
        await bench.cap(share)
        windows = await bench.closed_loop(IN_FLIGHT, 1)
        spent += 1
        if not misses(windows, asked_rps):
            rest = min(WINDOWS - 1, MOST_WINDOWS - spent)
            windows += await bench.closed_loop(IN_FLIGHT, rest) if rest else ()
            spent += rest
        found = Calibration(asked_rps, windows, share, steady=False)
        if len(windows) >= WINDOWS and not misses(windows, asked_rps) and found.spread_ratio <= SPREAD:
            return Calibration(asked_rps, windows, share, steady=True)
        if spent >= MOST_WINDOWS:
            return found
        share = bounded(share * asked_rps / max(found.capacity_rps, asked_rps / 20))


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
