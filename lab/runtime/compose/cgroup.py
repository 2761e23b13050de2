"""A container's CPU and memory by the files of its control group: no call to the engine, 0.1 ms."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from chaos.actions.cpu import UNLIMITED
from lab.cgroups import PROC, placed
from lab.cgroups.folders import UNIFIED, table, text
from lab.cgroups.limits import NO_LIMIT
from lab.runtime.base import Usage


class Cgroup(Protocol):
    """Reads one control group. Both methods raise OSError once it is gone."""

    def usage(self) -> Usage:
        """CPU used and held back, and the cap as the kernel has it."""
        ...

    def memory_bytes(self) -> int:
        """The working set: what is used without file pages that no one touched lately."""
        ...


@dataclass(frozen=True, slots=True)
class CgroupV1:
    """A folder per controller."""

    cpu: Path
    cpuacct: Path
    memory: Path

    def usage(self) -> Usage:
        """CPU used and held back, and the cap as the kernel has it."""
        period, quota = text(self.cpu / "cpu.cfs_period_us"), text(self.cpu / "cpu.cfs_quota_us")
        return Usage(
            cpu_s_total=int(text(self.cpuacct / "cpuacct.usage")) / 1e9,
            throttled_s_total=table(self.cpu / "cpu.stat").get("throttled_time", 0) / 1e9,
            cpu_share=share(period, quota),
        )

    def memory_bytes(self) -> int:
        """Usage without the inactive file pages of the whole group."""
        used = int(text(self.memory / "memory.usage_in_bytes"))
        return used - table(self.memory / "memory.stat").get("total_inactive_file", 0)


@dataclass(frozen=True, slots=True)
class CgroupV2:
    """One folder for all controllers."""

    folder: Path

    def usage(self) -> Usage:
        """CPU used and held back, and the cap as the kernel has it."""
        quota, period = text(self.folder / "cpu.max").split()
        stat = table(self.folder / "cpu.stat")
        return Usage(stat["usage_usec"] / 1e6, stat.get("throttled_usec", 0) / 1e6, share(period, quota))

    def memory_bytes(self) -> int:
        """Usage without the inactive file pages."""
        used = int(text(self.folder / "memory.current"))
        return used - table(self.folder / "memory.stat").get("inactive_file", 0)


def share(period_us: str, quota_us: str) -> float | None:
    """The cap as a share of one core; None: there is no cap that holds anything back."""
    if quota_us in NO_LIMIT or (int(period_us), int(quota_us)) == UNLIMITED:
        return None
    return int(quota_us) / int(period_us)


def find_cgroup(container_id: str, pid: int, proc: Path = PROC) -> Cgroup | None:
    """The control group of a container whose first process is ``pid``.

    None where its files can't be read: an engine in a virtual machine or on another host has other pids.
    """
    try:
        if container_id not in (proc / str(pid) / "cgroup").read_text(encoding="utf-8"):
            return None
        folders = {name: place.folder for name, place in placed(pid, proc).items()}
    except OSError:
        return None
    cgroup: Cgroup | None = None
    if {"cpu", "cpuacct", "memory"} <= folders.keys():
        cgroup = CgroupV1(folders["cpu"], folders["cpuacct"], folders["memory"])
    elif UNIFIED in folders:
        cgroup = CgroupV2(folders[UNIFIED])
    return cgroup if cgroup is not None and _readable(cgroup) else None


def _readable(cgroup: Cgroup) -> bool:
    try:
        cgroup.usage()
        cgroup.memory_bytes()
    except (OSError, KeyError, ValueError):
        return False
    return True
