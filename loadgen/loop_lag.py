"""How late gevent's loop runs what is due."""

import math
import time
from collections import deque

import gevent

TICK_S = 0.02
_KEPT = 100  # 2 s


class LoopLag:
    """A greenlet that asks to be woken every 20 ms and notes how late it is; keeps the last 2 s."""

    def __init__(self) -> None:
        self._late_ms: deque[float] = deque([0.0], maxlen=_KEPT)

    def start(self) -> None:
        """Begin to measure; lives as long as the process."""
        gevent.spawn(self._run)

    def p99_ms(self) -> float:
        """The 99th percentile of the last 2 s, in milliseconds."""
        ordered = sorted(self._late_ms)
        return round(ordered[math.ceil(0.99 * len(ordered)) - 1], 3)

    def _run(self) -> None:
        while True:
            due_s = time.monotonic() + TICK_S
            gevent.sleep(TICK_S)
            self._late_ms.append(max(0.0, (time.monotonic() - due_s) * 1000))
