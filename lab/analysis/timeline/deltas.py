"""Cumulative counters -> what happened in each whole second.

Samples come about once a second, never exactly on it. The counter's value *at* each whole second is
interpolated between the two samples around it, and a second's figure is the difference of two such values:
gapless, and the figures add up to the counter again.
"""

import math
from dataclasses import dataclass, field

GAP_S = 3.0
"""Samples further apart say nothing about the seconds between them: these stay unmeasured."""


@dataclass(slots=True)
class Counter:
    """One cumulative counter. ``per_second`` maps a run second to what was counted in it."""

    per_second: dict[int, float] = field(default_factory=dict)
    _last: tuple[float, float, str] | None = None
    _edge: tuple[int, float] | None = None

    def feed(self, t: float, total: float, epoch: str = "") -> None:
        """Take a sample.

        Args:
            t: run time of the sample, s.
            total: the cumulative value then.
            epoch: changes when the counter starts again from 0, e.g. a service's boot id.
        """
        last, self._last = self._last, (t, total, epoch)
        if last is None or last[2] != epoch or total < last[1] or t - last[0] > GAP_S:
            self._edge = None
            return
        for second in range(math.ceil(last[0]), math.floor(t) + 1):
            share = (second - last[0]) / (t - last[0]) if t > last[0] else 1.0
            value = last[1] + share * (total - last[1])
            if self._edge is not None and self._edge[0] == second - 1:
                self.per_second[second - 1] = value - self._edge[1]
            self._edge = (second, value)
