"""Fast and slow CPUs in one machine: a service that moves between them changes its speed in the middle of a run."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from lab.doctor.diagnosis import Diagnosis
from lab.doctor.measure import usable

CPUS = Path("/sys/devices/system/cpu")
KINDS = ("cpufreq/cpuinfo_max_freq", "cpu_capacity")
"""The highest frequency in kHz; on ARM how much a CPU can do, of 1024."""
SLOW = "cpu_atom/cpus"
"""Where an Intel kernel lists the efficiency cores, in /sys/devices; a virtual machine may have no frequencies."""
ALIKE = 0.8
"""CPUs of one kind differ by less: some run a little faster than the others."""
FEWEST = 2
NAME = "CPU kinds"


def cpu_kinds(cpus: Path = CPUS, usable_cpus: Iterable[int] | None = None) -> Diagnosis:
    """Whether the CPUs that may be used are of one kind; where the system doesn't say, they are taken to be."""
    numbers = sorted(usable() if usable_cpus is None else usable_cpus)
    speeds = next(filter(None, (_read(cpus, numbers, file) for file in KINDS)), {})
    if not speeds and (slow := {*numbers} & _listed(cpus.parents[1] / SLOW)) and slow != {*numbers}:
        return _unlike(
            f"{len(numbers) - len(slow)} fast and {len(slow)} slow", [n for n in numbers if n not in slow]
        )
    if not speeds or min(speeds.values()) >= ALIKE * max(speeds.values()):
        return Diagnosis(NAME, "ok", "all alike" if speeds else "not said by this system: taken to be alike")
    fast = [number for number, speed in speeds.items() if speed >= ALIKE * max(speeds.values())]
    kinds = sorted(Counter(speeds.values()).items(), reverse=True)
    each = ", ".join(f"{count} of {_named(speed)}" for speed, count in kinds)
    return _unlike(each, fast)


def _unlike(each: str, fast: list[int]) -> Diagnosis:
    found = f"{each}: speed changes when a process moves from one kind to the other"
    if len(fast) < FEWEST:
        todo = "Expect reruns: there is one fast CPU only, and the lab needs two. `--reruns 2` repeats"
    else:
        todo = f"Pin the lab to the fast ones (embedded): taskset -c {_ranges(fast)} lab run DRILL"
    return Diagnosis(NAME, "warn", found, todo)


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


def _ranges(numbers: list[int]) -> str:
    """``0-3,8`` as taskset takes it."""
    ends = [n for n, after in pairwise([*numbers, -1]) if after != n + 1]
    starts = [n for before, n in pairwise([-2, *numbers]) if n != before + 1]
    return ",".join(f"{a}-{b}" if a != b else str(a) for a, b in zip(starts, ends, strict=True))
