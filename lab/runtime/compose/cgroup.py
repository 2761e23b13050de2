"""A container's CPU and memory by the files of its control group: no call to the engine, 0.1 ms."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from chaos.actions.cpu import UNLIMITED
from lab.runtime.base import Usage

PROC = Path("/proc")
NO_LIMIT = {"max", "-1"}


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
        period, quota = _text(self.cpu / "cpu.cfs_period_us"), _text(self.cpu / "cpu.cfs_quota_us")
        return Usage(
            cpu_s_total=int(_text(self.cpuacct / "cpuacct.usage")) / 1e9,
            throttled_s_total=_table(self.cpu / "cpu.stat").get("throttled_time", 0) / 1e9,
            cpu_share=share(period, quota),
        )

    def memory_bytes(self) -> int:
        """Usage without the inactive file pages of the whole group."""
        used = int(_text(self.memory / "memory.usage_in_bytes"))
        return used - _table(self.memory / "memory.stat").get("total_inactive_file", 0)


@dataclass(frozen=True, slots=True)
class CgroupV2:
    """One folder for all controllers."""

    folder: Path

    def usage(self) -> Usage:
        """CPU used and held back, and the cap as the kernel has it."""
        quota, period = _text(self.folder / "cpu.max").split()
        stat = _table(self.folder / "cpu.stat")
        return Usage(stat["usage_usec"] / 1e6, stat.get("throttled_usec", 0) / 1e6, share(period, quota))

    def memory_bytes(self) -> int:
        """Usage without the inactive file pages."""
        used = int(_text(self.folder / "memory.current"))
        return used - _table(self.folder / "memory.stat").get("inactive_file", 0)


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
        lines = (proc / str(pid) / "cgroup").read_text(encoding="ascii").splitlines()
        mounts = (proc / "self" / "mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    if not any(container_id in line for line in lines):
        return None
    folders = dict(_folders(lines, mounts))
    cgroup: Cgroup | None = None
    if {"cpu", "cpuacct", "memory"} <= folders.keys():
        cgroup = CgroupV1(folders["cpu"], folders["cpuacct"], folders["memory"])
    elif "" in folders:
        cgroup = CgroupV2(folders[""])
    return cgroup if cgroup is not None and _readable(cgroup) else None


def _folders(lines: list[str], mounts: list[str]) -> Iterator[tuple[str, Path]]:
    """Controller -> folder; the unified hierarchy has the empty name."""
    where = {name: mount for line in mounts for name, mount in _mounted(line)}
    for line in lines:
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            if name in where:
                root, point = where[name]
                inside = path.removeprefix(root) if root != "/" else path
                yield name, Path(point) / inside.lstrip("/")


def _mounted(line: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Controllers of a mount -> (its root in the hierarchy, where it is mounted)."""
    head, _, tail = line.partition(" - ")
    kind, _, options = tail.split(" ", 2)
    root, point = head.split()[3:5]
    if kind == "cgroup2":
        yield "", (root, point)
    elif kind == "cgroup":
        for name in options.split(","):
            yield name, (root, point)


def _readable(cgroup: Cgroup) -> bool:
    try:
        cgroup.usage()
        cgroup.memory_bytes()
    except (OSError, KeyError, ValueError):
        return False
    return True


def _text(file: Path) -> str:
    return file.read_text(encoding="ascii").strip()


def _table(file: Path) -> dict[str, int]:
    return {name: int(value) for name, value in map(str.split, _text(file).splitlines())}
