"""Processes by /proc: identity that a reused pid can't fake, signals that can't hit another one."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from chaos.mark import VARIABLE

PROC = Path("/proc")
STATE, START_TICKS = 0, 19
"""Positions in /proc/PID/stat after the command's closing parenthesis (fields 3 and 22)."""


def _stat(pid: int) -> list[str] | None:
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def started_ticks(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None when it is gone or a zombie."""
    stat = _stat(pid)
    return None if stat is None or stat[STATE] in "ZX" else int(stat[START_TICKS])


def is_alive(pid: int, ticks: int) -> bool:
    """Whether the process that had this pid at that start time still runs (or is stopped)."""
    return started_ticks(pid) == ticks


def state(pid: int) -> str | None:
    """One letter as in ps: R, S, D, T (stopped) ...; None when it is gone or a zombie."""
    stat = _stat(pid)
    return None if stat is None or stat[STATE] in "ZX" else stat[STATE]


def is_running(pid: int, ticks: int) -> bool:
    """Alive and not stopped: it can do its work."""
    return is_alive(pid, ticks) and state(pid) not in {"T", "t"}


def send(pid: int, ticks: int, number: signal.Signals) -> bool:
    """Send a signal to exactly this process; False when it is gone.

    The pidfd is opened before the start time is compared, so that the pid can't change hands in between.
    """
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        if not is_alive(pid, ticks):
            return False
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(fd, number)
            return True
        return False
    finally:
        os.close(fd)


def family(pid: int) -> list[int]:
    """A process and the processes that it has started, which play its service with it."""
    try:
        children = (PROC / str(pid) / "task" / str(pid) / "children").read_text(encoding="ascii")
    except OSError:
        return [pid]
    return [pid, *map(int, children.split())]


def send_to_family(pid: int, ticks: int, number: signal.Signals) -> bool:
    """Send a signal to exactly this process and to those that it has started; False when it is gone.

    A service that several processes play is paused and continued whole: its first process does no work by itself. That
    one comes first: it ends with any other, and would be gone.
    """
    others = [(child, begun) for child in family(pid)[1:] if (begun := started_ticks(child)) is not None]
    if not send(pid, ticks, number):
        return False
    for child, begun in others:
        send(child, begun, number)
    return True


def of_run(mark: str) -> list[tuple[int, int]]:
    """(pid, start ticks) of this user's processes that carry this run's mark, but this one."""
    return [(pid, ticks) for pid, ticks, found in marked() if found == mark]


def marked() -> Iterator[tuple[int, int, str]]:
    """(pid, start ticks, mark) of this user's processes with a mark in their environment, but this one."""
    begins = f"{VARIABLE}=".encode()
    for folder in PROC.iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        with suppress(OSError):
            if folder.stat().st_uid != os.getuid():
                continue
            ticks = started_ticks(int(folder.name))
            words = (folder / "environ").read_bytes().split(b"\0")
            mark = next((word for word in words if word.startswith(begins)), None)
            if mark is not None and ticks is not None:
                yield int(folder.name), ticks, os.fsdecode(mark.removeprefix(begins))
