"""How late the event loop runs what is due: the instrument's own delay."""

import asyncio
import math
from collections import deque

TICK_S = 0.02
_KEPT = 100  # 2 s


class LoopLag:
    """A timer every 20 ms that notes how late it is called; keeps the last 2 s."""

    def __init__(self) -> None:
        self._late_ms: deque[float] = deque([0.0], maxlen=_KEPT)
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to measure, on the running loop."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(TICK_S, self._tick, loop, loop.time() + TICK_S)

    def stop(self) -> None:
        """Leave nothing behind."""
        if self._timer is not None:
            self._timer.cancel()

    def p99_ms(self) -> float:
        """The 99th percentile of the last 2 s, in milliseconds."""
        ordered = sorted(self._late_ms)
        return ordered[math.ceil(0.99 * len(ordered)) - 1]

    def _tick(self, loop: asyncio.AbstractEventLoop, due_s: float) -> None:
        now_s = loop.time()
        self._late_ms.append(max(0.0, (now_s - due_s) * 1000))
        self._timer = loop.call_later(TICK_S, self._tick, loop, now_s + TICK_S)
