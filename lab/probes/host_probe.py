"""The machine under the lab: CPU, memory, disk, clocks, and what the lab itself uses and may use."""

import shutil
import time
from pathlib import Path

import psutil

from lab.cgroups import Limits
from lab.journal.events import HostSample
from lab.probes.cpu_kinds import CPUS, as_ranges, read_cpu_kinds


def read_host(  # noqa: PLR0913  what only the sampler knows of a second
    folder: Path,
    limits: Limits,
    *,
    loop_lag_ms: float,
    governor_cpu_s: float | None,
    overflows: tuple[int | None, int | None],
    memory: dict[str, int],
) -> HostSample:
    """One sample of this machine. ``overflows``: accept-queue overflows (all, the bridge's), cumulative.

    ``limits`` are those of the control groups that the lab is in: a machine has 32 GB, and the lab may have 600 MB.
    """
    cpu, allowed = psutil.cpu_times(), limits.of_cpu()
    total_s = float(
        sum(
            getattr(cpu, name)
            for name in ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
        )
    )
    return HostSample(
        idle_s_total=cpu.idle + cpu.iowait,
        steal_s_total=cpu.steal,
        total_s_total=total_s,
        memory_free_bytes=memory_free_bytes(limits),
        disk_free_bytes=shutil.disk_usage(folder).free,
        lab_cpu_s_total=time.process_time(),
        loop_lag_ms=loop_lag_ms,
        governor_cpu_s_total=governor_cpu_s,
        listen_overflows_total=overflows[0],
        bridge_listen_overflows_total=overflows[1],
        memory_bytes=memory,
        cpu_limit_cores=allowed.cores if allowed else None,
        limited_cpu_s_total=allowed.used_s_total if allowed else None,
        cpu_periods_total=allowed.periods_total if allowed else None,
        cpu_held_total=allowed.held_total if allowed else None,
        suspended_s_total=suspended_s(),
        wall_clock_s=time.time() - time.monotonic(),
    )


def memory_free_bytes(limits: Limits) -> int:
    """What can still be had: the machine's, or what a limit leaves, where that is less."""
    available, limit = psutil.virtual_memory().available, limits.of_memory()
    return available if limit is None else min(available, limit.free_bytes)


def suspended_s() -> float | None:
    """How long the machine has slept since its boot: the one clock goes on then, the other stands still."""
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    except (AttributeError, OSError):  # not Linux
        return None


def describe_machine(cpus: Path = CPUS) -> dict[str, object]:
    """What the figures of a run were measured on: cores, memory, kernel, Python; of two kinds of CPUs both.

    Of all CPUs: this process may be pinned to some, and a container may not be.
    """
    import platform  # noqa: PLC0415  only asked once a run

    kinds = read_cpu_kinds(cpus, range(psutil.cpu_count() or 1))
    hybrid = {"cpu_kinds": kinds.words, "fast_cpus": as_ranges(kinds.fast), "slow_cpus": [*kinds.slow]}
    return (hybrid if kinds.slow else {}) | {
        "cores": psutil.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "kernel": platform.release(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
