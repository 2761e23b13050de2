"""Real control groups of a test's own, in whichever version this machine has."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from lab.cgroups.folders import UNIFIED, placed

PERIOD_US = 100_000


@contextmanager
def real_group(cores: float, memory_bytes: int) -> Iterator[tuple[Path, ...]]:
    """A group with these limits, empty; the files into which a process's number is written to put it there.

    At the top of each hierarchy: a group that this process is in may have less itself.
    """
    if os.geteuid() != 0:
        pytest.skip("only root can make a control group")
    wanted: dict[Path, dict[str, int | str]]
    found, name = placed("self"), f"lab-test-{uuid4().hex[:8]}"
    if "cpu" in found and "memory" in found:
        wanted = {
            found["cpu"].top / name: {
                "cpu.cfs_period_us": PERIOD_US,
                "cpu.cfs_quota_us": round(PERIOD_US * cores),
            },
            found["memory"].top / name: {"memory.limit_in_bytes": memory_bytes},
        }
        tasks = "tasks"
    elif "cpu" in _controllers(found[UNIFIED].top):
        quota = f"{round(PERIOD_US * cores)} {PERIOD_US}"
        wanted = {found[UNIFIED].top / name: {"cpu.max": quota, "memory.max": memory_bytes}}
        tasks = "cgroup.procs"
    else:
        pytest.skip("this machine's control groups can't limit CPU")
    with ExitStack() as stack:
        for folder, limits in wanted.items():
            folder.mkdir()
            stack.callback(folder.rmdir)
            for file, limit in limits.items():
                (folder / file).write_text(f"{limit}\n")
        yield tuple(folder / tasks for folder in wanted)


def _controllers(top: Path) -> set[str]:
    return {*(top / "cgroup.subtree_control").read_text().split()}
