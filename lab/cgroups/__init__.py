"""Control groups: where a process's are, and what those of this process allow it."""

from lab.cgroups.folders import PROC, Placed, placed
from lab.cgroups.limits import CpuLimit, Limits, MemoryLimit, find_limits

__all__ = ["PROC", "CpuLimit", "Limits", "MemoryLimit", "Placed", "find_limits", "placed"]
