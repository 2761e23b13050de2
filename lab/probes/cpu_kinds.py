"""Fast and slow CPUs in one machine (hybrid: performance and efficiency cores, big and little ones)."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

CPUS = Path("/sys/devices/system/cpu")
KINDS = ("cpufreq/cpuinfo_max_freq", "cpu_capacity")
"""The highest frequency in kHz; on ARM how much a CPU can do, of 1024."""
SLOW = "cpu_atom/cpus"
"""Where an Intel kernel lists the efficiency cores, in /sys/devices; a virtual machine may have no frequencies."""
ALIKE = 0.8
"""CPUs of one kind differ by less: some run a little faster than the others."""


@dataclass(frozen=True, slots=True)
class CpuKinds:
    """The CPUs that may be used. ``slow`` is empty where all are alike, ``words`` says what the system says."""

    fast: tuple[int, ...]
    slow: tuple[int, ...]
    words: str


def usable() -> list[int]:
    """The numbers of the CPUs that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def read_cpu_kinds(cpus: Path = CPUS, numbers: Iterable[int] | None = None) -> CpuKinds:
    """Which of the CPUs are fast and which are slow; where the system doesn't say, they are taken to be alike."""
    among = sorted(usable() if numbers is None else numbers)
    speeds = next(filter(None, (_read(cpus, among, file) for file in KINDS)), {})
    if not speeds:
        slow = {*among} & _listed(cpus.parents[1] / SLOW)
        if slow and slow != {*among}:
            return _divided(among, slow, f"{len(among) - len(slow)} fast and {len(slow)} slow")
        return CpuKinds(tuple(among), (), "not said by this system: taken to be alike")
    limit = ALIKE * max(speeds.values())
    slow = {number for number, speed in speeds.items() if speed < limit}
    if not slow:
        return CpuKinds(tuple(among), (), "all alike")
    kinds = sorted(Counter(speeds.values()).items(), reverse=True)
    return _divided(among, slow, ", ".join(f"{count} of {_named(speed)}" for speed, count in kinds))


def as_ranges(numbers: Iterable[int]) -> str:
    """``0-3,8`` as taskset takes it."""
    ordered = sorted(numbers)
    ends = [n for n, after in pairwise([*ordered, -1]) if after != n + 1]
    starts = [n for before, n in pairwise([-2, *ordered]) if n != before + 1]
    return ",".join(f"{a}-{b}" if a != b else str(a) for a, b in zip(starts, ends, strict=True))


def _divided(among: Iterable[int], slow: set[int], words: str) -> CpuKinds:
    return CpuKinds(tuple(n for n in among if n not in slow), tuple(sorted(slow)), words)


def _read(cpus: Path, numbers: list[int], file: str) -> dict[int, int]:
    """By CPU; nothing where one of them doesn't say."""
    try:
        return {number: int((cpus / f"cpu{number}" / file).read_text(encoding="ascii")) for number in numbers}
    except (OSError, ValueError):
        return {}


def _listed(file: Path) -> set[int]:
    """``0-3,8`` as the kernel writes it; nothing where there is no such list."""
    try:
        parts = [part.partition("-") for part in file.read_text(encoding="ascii").strip().split(",")]
        return {n for first, _, last in parts for n in range(int(first), int(last or first) + 1)}
    except (OSError, ValueError):
        return set()


def _named(speed: int) -> str:
    """A frequency in kHz has more digits than a capacity."""
    return f"{speed / 1e6:.1f} GHz" if speed > 10_000 else f"capacity {speed}"  # noqa: PLR2004 - see above
