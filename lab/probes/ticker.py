"""Whole seconds of the run's clock, and how late this loop was for each."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tick:
    """Second ``second`` of the run began ``lag_ms`` ago."""

    second: int
    lag_ms: float


class Ticker:
    """Ticks once at each whole second of ``clock`` (s); a tick that could not be served in time is left out."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    async def until(self, instant_s: float) -> None:
        """Return at ``instant_s`` of the run's clock; at once if that is past."""
        loop = asyncio.get_running_loop()
        reached = loop.create_future()
        handle = loop.call_later(max(0.0, instant_s - self._clock()), _reach, reached)
        try:
            await reached
        finally:
            handle.cancel()

    async def ticks(self) -> AsyncIterator[Tick]:
        """Yield every whole second from now on."""
        due = math.ceil(self._clock())
        while True:
            await self.until(due)
            lag_s = self._clock() - due
            yield Tick(due, max(0.0, lag_s) * 1000)
            due = max(due + 1, math.ceil(self._clock()))


def _reach(reached: "asyncio.Future[None]") -> None:
    """The instant has come; whoever waited for it may have been cancelled in the same turn of the loop."""
    if not reached.done():
        reached.set_result(None)
