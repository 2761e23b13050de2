"""On which CPU a process runs: where CPUs are of two kinds, it is another device on the other kind."""

from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
USER_TICKS, SYSTEM_TICKS, PROCESSOR = 11, 12, 36
"""Positions in /proc/PID/task/TID/stat after the command's closing parenthesis (fields 14, 15 and 39)."""


def last_cpu(pid: int, proc: Path = PROC) -> int | None:
    """Where the thread that has worked most ran last; None: the process is gone, or can't be seen."""
    found: list[tuple[int, int]] = []
    with suppress(OSError):
        for thread in (proc / str(pid) / "task").iterdir():
            with suppress(OSError, ValueError, IndexError):  # a thread that has just ended
                stat = (thread / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                found.append((int(stat[USER_TICKS]) + int(stat[SYSTEM_TICKS]), int(stat[PROCESSOR])))
    return max(found)[1] if found else None
