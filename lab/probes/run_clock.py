"""The run's clock against the wall clock: planes and pages have moments of the latter."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunClock:
    """``epoch_s`` is the run's zero on CLOCK_MONOTONIC. Asked anew each time: the wall clock may be set."""

    epoch_s: int

    @property
    def now_s(self) -> float:
        """Seconds of the run."""
        return time.monotonic() - self.epoch_s

    def unix_s(self, run_s: float) -> float:
        """A moment of the run as seconds since 1970."""
        return time.time() + run_s - self.now_s

    def run_s(self, unix_s: float) -> float:
        """A moment of the wall clock as seconds of the run."""
        return self.now_s + unix_s - time.time()
