"""A token bucket for CPU time: pure, time and CPU are arguments.

    share x elapsed time          runs while level > 0
    ---------------------> bucket ----------------------> the process, which drains it by the CPU it uses

What was used too much (the process runs on until someone looks) stays as a debt, so that over time exactly
the share is delivered. What was not used is kept up to the burst only, as a CFS quota keeps it to the end of
a period.
"""

from dataclasses import dataclass

PERIOD_S = 0.020
"""The burst is a share of this: what CFS would grant in a period of 20 ms. At least ``LEAST_BURST_S``."""
LEAST_BURST_S = 0.002
RESUME_AT = 0.5
"""A stopped process is continued with this part of the burst in hand: fewer signals, and CFS's rhythm."""
SLEEP_S = (0.0005, 0.005)
"""The shortest and the longest sleep while the process runs."""


@dataclass(slots=True)
class Bucket:
    """``share`` of one core, above 0. All times in seconds; ``cpu_s`` is the process's CPU clock."""

    share: float
    now_s: float
    cpu_s: float
    level_s: float = 0.0
    runs: bool = True

    def look(self, now_s: float, cpu_s: float) -> bool:
        """Whether the process may run on."""
        granted_s = (now_s - self.now_s) * self.share
        self.level_s = min(self.level_s + granted_s - (cpu_s - self.cpu_s), self.burst_s)
        self.now_s, self.cpu_s = now_s, cpu_s
        self.runs = self.level_s > (0 if self.runs else self.burst_s * RESUME_AT)
        return self.runs

    def sleep_s(self) -> float:
        """Seconds until the next look: when a process on one core is out of it, or a stopped has enough."""
        shortest_s, longest_s = SLEEP_S
        if not self.runs:
            return max((self.burst_s * RESUME_AT - self.level_s) / self.share, shortest_s)
        drained_by = max(1 - self.share, 0.1)  # CPU seconds a second, net
        return min(max(self.level_s / drained_by, shortest_s), longest_s)

    @property
    def burst_s(self) -> float:
        """The most that is kept."""
        return max(self.share * PERIOD_S, LEAST_BURST_S)
