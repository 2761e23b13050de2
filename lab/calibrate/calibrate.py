"""Find the CPU share at which the bridge carries ``headroom x rate`` new connections a second.

One closed loop runs through it all, so deep that the accept queue is hardly ever empty: a shallow one is bound
by its own latency and not by the bridge (docs/definitions.md). Under each share, after it has settled, windows
of half a second are read until the 95 % interval is within 5 %, or there have been ten of them (sixteen, where
it is wide). A share whose capacity is clearly not what is asked for is given up early, for the one that all
windows so far point to; the fourth one is kept whatever it gives. What was found is what counts, not what was
asked for: the interval goes into the journal, and the verdict is held to it.
"""

from dataclasses import dataclass

from lab.calibrate.bench import Bench
from lab.calibrate.estimate import Capacity, Window, capacity

IN_FLIGHT = (16, 64)
"""The least and the most that are kept in flight."""
LOOP_WAIT_S = 3.0
"""The longest that a call of the loop may wait in the queue; it gives up after 5 s."""
WINDOW_S = 0.5
WINDOWS = (6, 10, 16)
"""The least; as many as it takes at most to be precise; and at most for an interval that is wider than ``WIDE``."""
CLEARLY = 4
"""So many windows are taken before a share is given up."""
SETTLE_S, RESETTLE_S = 1.0, 0.6
"""After a new cap the first connections cost up to 1.6 times as much (measured)."""
PRECISE, WIDE = 0.05, 0.20
NEAR = 0.08
"""As far off as that a capacity is what was asked for: known is better than exact, and each new share costs seconds."""
MOST_SHARES = 4
UNCAPPED_S = 0.6
SHARES = (0.004, 4.0)
"""The smallest cap is a quota of 2 ms in a period of 500 ms; the largest one no machine's bridge reaches alone."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was found.

    Attributes:
        asked_rps: what was to be found, connections per second.
        cpu_share: that is active now; 1.0 is one core.
        found: the capacity under it.
        in_flight: how deep the loop was.
    """

    asked_rps: float
    cpu_share: float
    found: Capacity
    in_flight: int

    @property
    def cost_ms(self) -> float:
        """CPU time per answered connection at capacity, in ms."""
        return self.cpu_share * 1000 / self.found.rps


async def calibrate(
    bench: Bench, asked_rps: float, queue: int | None = None, guess: float | None = None
) -> Calibration:
    """Adjust the cap until the bridge carries ``asked_rps``; the last cap stays.

    Args:
        bench: the living lab.
        asked_rps: connections per second.
        queue: connections that its accept queue holds; the loop must fit into it. None: not known.
        guess: the share to try first, an earlier run's for one; without it the cost is measured without a cap. It only
            saves time: the capacity is measured under whatever cap results.

    Raises:
        ValueError: nothing at all came back through the bridge.
    """
    in_flight = depth(asked_rps, queue)
    await bench.begin_loop(in_flight)
    try:
        share = await first_guess(bench, asked_rps) if guess is None else bounded(guess)
        seen: list[Window] = []
        settle_s = SETTLE_S
        for left in range(MOST_SHARES - 1, -1, -1):
            await bench.cap(share)
            await bench.wait(settle_s)
            found = await measure(bench, asked_rps, share, seen, patient=left == 0)
            if left == 0 or abs(found.rps / asked_rps - 1) <= NEAR:
                break
            share, settle_s = bounded(share * asked_rps / found.rps), RESETTLE_S
    finally:
        await bench.end_loop()
    return Calibration(asked_rps, share, found, in_flight)


def depth(asked_rps: float, queue: int | None) -> int:
    """Calls in flight: 16 at least; more, as long as they fit into the queue and none waits until it gives up."""
    least, most = IN_FLIGHT
    fits = most if queue is None else queue * 3 // 4
    return max(least, min(most, fits, int(asked_rps * LOOP_WAIT_S)))


async def measure(
    bench: Bench, asked_rps: float, share: float, seen: list[Window], *, patient: bool
) -> Capacity:
    """Windows under one share: until they are precise, or enough, or clearly not what is asked for, unless ``patient``.

    They are added to what was ``seen`` under earlier shares.

    Raises:
        ValueError: nothing at all came back.
    """
    least, enough, most = WINDOWS
    before, count = await bench.read(), 0
    while True:
        await bench.wait(WINDOW_S)
        after = await bench.read()
        seen.append(Window.between(before, after, share))
        before, count = after, count + 1
        if count < CLEARLY:
            continue
        if (found := capacity(seen, share)) is None:
            raise _nothing(count * WINDOW_S)
        precise = count >= least and found.half_width <= PRECISE
        known = count >= least and found.counted >= enough and found.half_width <= WIDE
        clearly_off = not patient and abs(found.rps / asked_rps - 1) > max(NEAR, found.half_width)
        if count == most or precise or known or clearly_off:
            return found


def _nothing(took_s: float) -> ValueError:
    return ValueError(f"calibration: no request came back through the bridge within {took_s:.1f} s")


async def first_guess(bench: Bench, asked_rps: float) -> float:
    """The share that would do if a connection cost the same under a cap as without one.

    Raises:
        ValueError: nothing at all came back.
    """
    await bench.cap(None)
    before = await bench.read()
    await bench.wait(UNCAPPED_S)
    found = Window.between(before, await bench.read(), 1.0)
    if found.connections <= 0 or found.cpu_s <= 0:
        raise _nothing(found.took_s)
    return bounded(asked_rps * found.cpu_s / found.connections)


def bounded(share: float) -> float:
    """``share`` within what a cap can be."""
    least, most = SHARES
    return min(max(share, least), most)
