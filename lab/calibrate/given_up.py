"""The other capacity: connections per second that the device takes off its queue when their clients are gone.

In a storm that is stuck nearly all are. They cost it about half of what an answered one does, so that it works its
queue off faster than its capacity says.
"""

from collections.abc import Sequence
from itertools import takewhile

from lab.calibrate.bench import Bench, Reading

EVERY_S = 0.05
MOST_S, EMPTY_S = 5.0, 30.0
"""So long it is measured, and so long the queue may take to be empty."""
LEAST = 50
"""Fewer connections than that say nothing: a burst of the device takes that many."""


async def given_up_rps(bench: Bench, connections: int) -> float | None:
    """Let a crowd of ``connections`` give up, and see how fast the queue is worked off; None: too few, or no queue.

    It returns when the queue is empty, or after half a minute: what is left would be the first phase's.
    """
    if connections < LEAST or not await bench.crowd(connections):
        return None
    readings = [await bench.read()]
    while readings[-1].waiting and readings[-1].at_s < readings[0].at_s + EMPTY_S:
        await bench.wait(EVERY_S)
        readings.append(await bench.read())
    return rate([one for one in readings if one.at_s <= readings[0].at_s + MOST_S])


def rate(readings: Sequence[Reading]) -> float | None:
    """Accepted per second while the queue was not empty."""
    full = list(takewhile(lambda reading: reading.waiting, readings))
    if len(full) < 2:  # noqa: PLR2004  a rate takes two
        return None
    accepted = full[-1].accepted_total - full[0].accepted_total
    return accepted / (full[-1].at_s - full[0].at_s) if accepted >= LEAST / 2 else None
