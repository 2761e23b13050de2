"""What a calibration asks of a living lab."""

from typing import NamedTuple, Protocol


class Reading(NamedTuple):
    """Totals at one moment, read together.

    Attributes:
        at_s: CLOCK_MONOTONIC.
        completed_total: calls that the closed loop has had answered.
        accepted_total: connections that came through the device to what is behind it.
        cpu_s_total: CPU that the device has used.
        waiting: connections in its accept queue; None: not known.
    """

    at_s: float
    completed_total: int
    accepted_total: int
    cpu_s_total: float
    waiting: int | None


class Bench(Protocol):
    """A lab whose device has no other clients that matter."""

    async def begin_loop(self, in_flight: int) -> None:
        """Keep so many calls in flight from now on, a new connection each, no retries."""

    async def end_loop(self) -> None:
        """End that."""

    async def crowd(self, connections: int) -> int:
        """Open so many connections at once, ask on each, give all of them up; how many that were."""

    async def read(self) -> Reading:
        """The totals now."""

    async def wait(self, seconds: float) -> None:
        """Let the lab work."""

    async def cap(self, cpu_share: float | None) -> None:
        """Set the device's CPU cap; None lifts it."""
