"""Waits that may end in the same moment by the thousand: those that are due go on in turn, a few in each round.

    due at t   ████████████ 5,000
    goes on    ▪▪▪▪ | I/O, timers | ▪▪▪▪ | I/O, timers | ▪▪▪▪ ...

A herd is many machines in reality. Here it is one process: what each of them does first takes 0.3 ms, and all of it in
one round would keep the loop from reading, answering and reporting for seconds. They go on as fast as the process can.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial

IN_EACH_ROUND = 8
"""So many go on before the loop looks after everything else: 3 ms of work."""


class Turns:
    """Sleeps that end in turn, and whatever else is done for thousands at once."""

    def __init__(self) -> None:
        self._due: deque[Callable[[], object]] = deque()
        self._goes_on = False

    async def sleep(self, delay_s: float) -> None:
        """Wait so many seconds, and then for those that were due before."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(delay_s, self.add, partial(_go_on, turn))
        try:
            await turn
        finally:
            timer.cancel()

    def add(self, due: Callable[[], object]) -> None:
        """Have this done after all that is due already."""
        self._due.append(due)
        if not self._goes_on:
            self._goes_on = True
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        try:
            for _ in range(min(IN_EACH_ROUND, len(self._due))):
                self._due.popleft()()
        finally:  # one that raises is the loop's to report; the others go on
            self._goes_on = bool(self._due)
            if self._goes_on:
                asyncio.get_running_loop().call_soon(self._next)


def _go_on(turn: asyncio.Future[None]) -> None:
    if not turn.done():  # cancelled meanwhile
        turn.set_result(None)
