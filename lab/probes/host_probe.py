"""The machine under the lab: CPU, memory, disk, and what the lab itself uses."""

import shutil
import time
from pathlib import Path

import psutil

from lab.journal.events import HostSample


def read_host(
    folder: Path,
    *,
    loop_lag_ms: float,
    governor_cpu_s: float | None,
    overflows: tuple[int | None, int | None],
    memory: dict[str, int],
) -> HostSample:
    """One sample of this machine. ``overflows``: accept-queue overflows (all, the bridge's), cumulative."""
    cpu = psutil.cpu_times()
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
        memory_free_bytes=psutil.virtual_memory().available,
        disk_free_bytes=shutil.disk_usage(folder).free,
        lab_cpu_s_total=time.process_time(),
        loop_lag_ms=loop_lag_ms,
        governor_cpu_s_total=governor_cpu_s,
        listen_overflows_total=overflows[0],
        bridge_listen_overflows_total=overflows[1],
        memory_bytes=memory,
    )


def describe_machine() -> dict[str, object]:
    """What the figures of a run were measured on: cores, memory, kernel, Python."""
    import platform  # noqa: PLC0415  only asked once a run

    return {
        "cores": psutil.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "kernel": platform.release(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
