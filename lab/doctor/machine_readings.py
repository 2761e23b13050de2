"""What five seconds of measuring said about this machine."""

from dataclasses import dataclass

from lab.cgroups import CpuLimit, MemoryLimit


@dataclass(frozen=True, slots=True)
class Readings:
    """Of this machine as this process may use it, while the doctor itself is subtracted.

    Attributes:
        seconds: how long was measured.
        cores: CPUs that this process may run on.
        idle_cores: how much of them was idle while nothing of ours ran.
        granted_cores: CPU that we got when we asked for ``asked_cores`` of them.
        asked_cores: that many threads computed at once.
        piece_ms: CPU time of a fixed piece of work, the median.
        piece_jitter: wall time of the piece that 1 in 20 exceed, over that median.
        late_p95_ms: by how much 1 in 20 sleeps of 1 to 2 ms end too late, or more.
        late_p99_ms: 1 in 100.
        steal_share: CPU time that others on the same hardware took; None: this system doesn't say.
        throttled_s: how long our control group was held back by its CPU limit meanwhile.
        cpu_limit: the tightest CPU limit of our control groups; None: there is none.
        others_cores: CPU that other processes in that group used.
        memory_free_bytes: what may still be used, of the machine or of a limit.
        memory_limit: the memory limit of which least is left; None: there is none.
    """

    seconds: float
    cores: int
    idle_cores: float
    granted_cores: float
    asked_cores: int
    piece_ms: float
    piece_jitter: float
    late_p95_ms: float
    late_p99_ms: float
    steal_share: float | None
    throttled_s: float
    cpu_limit: CpuLimit | None
    others_cores: float
    memory_free_bytes: int
    memory_limit: MemoryLimit | None

    @property
    def limit_cores(self) -> float:
        """What there is on the quietest day: the CPUs, or less where a limit allows less."""
        shown = self.cpu_limit.cores if self.cpu_limit else self.cores
        return min(float(self.cores), shown)

    @property
    def available_cores(self) -> float:
        """What a lab that starts now can have: what is idle, and what the limits leave.

        A limit that can't be read from here (of what is around a container) shows when we ask for more than it allows.
        """
        left = [self.idle_cores, self.limit_cores - self.others_cores]
        if self.granted_cores < GRANTED * self.asked_cores:
            left.append(self.granted_cores)
        return max(0.0, min(left))


GRANTED = 0.9
"""Who gets this share of what he asked for is not limited."""
