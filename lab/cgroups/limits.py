"""What the control groups of this process, and those around them, allow it: they count, not what the host has.

    host ── slice (2 cores) ── container (half a core, 600 MB) ── this process

A group may have less than the host, and a group around it less still: the tightest of the path is what there is. Files
that can't be read, and hierarchies that aren't there (another system than Linux), limit nothing that is known.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lab.cgroups.folders import PROC, UNIFIED, Placed, placed, table, text

NO_LIMIT = frozenset({"max", "-1"})
UNLIMITED_BYTES = 1 << 60
"""What version 1 has where there is no limit is a little under 2^63."""


@dataclass(frozen=True, slots=True)
class CpuLimit:
    """A group that may use only so much CPU.

    ``used_s_total`` is what all of its processes have used so far; None where that is not counted.
    ``throttled_s_total`` is how long they were held back, all CPUs together. The kernel grants CPU in periods (of 0.1 s
    as a rule), and ``held_total`` of ``periods_total`` ended with some process held back.
    """

    group: str
    cores: float
    used_s_total: float | None
    throttled_s_total: float
    periods_total: int = 0
    held_total: int = 0


@dataclass(frozen=True, slots=True)
class MemoryLimit:
    """A group that may have only so much memory. ``used_bytes`` leaves out file pages that can be dropped."""

    group: str
    limit_bytes: int
    used_bytes: int

    @property
    def free_bytes(self) -> int:
        """What it may still take."""
        return max(0, self.limit_bytes - self.used_bytes)


@dataclass(frozen=True, slots=True)
class Limits:
    """The groups of this process in the hierarchies of CPU, CPU accounting and memory; None: there is none."""

    cpu: Placed | None = None
    cpuacct: Placed | None = None
    memory: Placed | None = None
    unified: Placed | None = None

    def of_cpu(self) -> CpuLimit | None:
        """The tightest limit of the path; None: there is none."""
        return min(self._cpu(), key=lambda limit: limit.cores, default=None)

    def of_memory(self) -> MemoryLimit | None:
        """The limit of the path of which least is left; None: there is none."""
        return min(self._memory(), key=lambda limit: limit.free_bytes, default=None)

    def _cpu(self) -> Iterator[CpuLimit]:
        for folder in self.unified.path() if self.unified else ():
            with suppress(OSError, ValueError, KeyError):
                yield from _cpu_v2(folder)
        for folder in self.cpu.path() if self.cpu else ():
            with suppress(OSError, ValueError, KeyError):
                yield from _cpu_v1(folder, self._accounts(folder))

    def _accounts(self, folder: Path) -> Path | None:
        """Where the CPU of a group of version 1 is counted: both hierarchies may be apart, with other groups."""
        if self.cpu is None or self.cpuacct is None:
            return None
        same = self.cpuacct.top / folder.relative_to(self.cpu.top)
        return same if same in self.cpuacct.path() else None

    def _memory(self) -> Iterator[MemoryLimit]:
        for folder in self.unified.path() if self.unified else ():
            with suppress(OSError, ValueError, KeyError):
                yield from _memory_v2(folder)
        for folder in self.memory.path() if self.memory else ():
            with suppress(OSError, ValueError, KeyError):
                yield from _memory_v1(folder)


def find_limits(proc: Path = PROC) -> Limits:
    """Those of this process; none on a system without control groups."""
    try:
        found = placed("self", proc)
    except (OSError, ValueError):
        return Limits()
    return Limits(found.get("cpu"), found.get("cpuacct"), found.get("memory"), found.get(UNIFIED))


def _cpu_v2(folder: Path) -> Iterator[CpuLimit]:
    quota, period = text(folder / "cpu.max").split()
    if quota not in NO_LIMIT:
        stat = table(folder / "cpu.stat")
        throttled_s, cores = stat.get("throttled_usec", 0) / 1e6, int(quota) / int(period)
        yield CpuLimit(str(folder), cores, stat["usage_usec"] / 1e6, throttled_s, *_periods(stat))


def _cpu_v1(folder: Path, accounts: Path | None) -> Iterator[CpuLimit]:
    quota, period = text(folder / "cpu.cfs_quota_us"), text(folder / "cpu.cfs_period_us")
    if quota not in NO_LIMIT:
        stat, used_s = table(folder / "cpu.stat"), None
        throttled_s, cores = stat.get("throttled_time", 0) / 1e9, int(quota) / int(period)
        if accounts is not None:
            with suppress(OSError, ValueError):
                used_s = int(text(accounts / "cpuacct.usage")) / 1e9
        yield CpuLimit(str(folder), cores, used_s, throttled_s, *_periods(stat))


def _periods(stat: Mapping[str, int]) -> tuple[int, int]:
    """In which something ran, and in which something was held back; both versions count them alike."""
    return stat.get("nr_periods", 0), stat.get("nr_throttled", 0)


def _memory_v2(folder: Path) -> Iterator[MemoryLimit]:
    """``memory.high`` is one as well: above it, who allocates is made to wait."""
    found = [text(folder / name) for name in ("memory.max", "memory.high")]
    limits = [int(limit) for limit in found if limit not in NO_LIMIT]
    if limits:
        unused = table(folder / "memory.stat").get("inactive_file", 0)
        yield MemoryLimit(str(folder), min(limits), int(text(folder / "memory.current")) - unused)


def _memory_v1(folder: Path) -> Iterator[MemoryLimit]:
    """``hierarchical_memory_limit`` also knows of groups that can't be seen from inside a container."""
    stat = table(folder / "memory.stat")
    own = int(text(folder / "memory.limit_in_bytes"))
    limit = min(own, stat.get("hierarchical_memory_limit", own))
    if limit < UNLIMITED_BYTES:
        used = int(text(folder / "memory.usage_in_bytes")) - stat.get("total_inactive_file", 0)
        yield MemoryLimit(str(folder), limit, used)
