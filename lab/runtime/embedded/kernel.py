"""What the kernel says about a local process and its sockets: CPU, memory, listeners. Read, never changed."""

import asyncio
import os
import re
import shutil
import socket
import time
from contextlib import suppress
from pathlib import Path

from lab.runtime.base import SetupError, Sockets

PROC = Path("/proc")
SS_DEADLINE_S = 3.0
SS = shutil.which("ss", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))
UNKNOWN = Sockets(open_connections=None, backlog=None, listen_queue=None, listen_overflows_total=None)
_DROPS = re.compile(r"skmem:\(.*?\bd(\d+)\)")


def family(pid: int) -> list[int]:
    """A process and all its descendants that live."""
    try:
        children = (PROC / str(pid) / "task" / str(pid) / "children").read_text(encoding="ascii").split()
    except OSError:
        children = []
    return [pid, *(found for child in children for found in family(int(child)))]


def cpu_s(pid: int) -> float | None:
    """CPU time of a process and its descendants, all threads; None when it is gone.

    Its own clock, to the nanosecond, where /proc/PID/stat counts ticks of 10 ms and /proc/PID/schedstat knows
    the leading thread only.
    """
    total = None
    for member in family(pid):
        with suppress(OSError):
            total = (total or 0.0) + time.clock_gettime((~member << 3) | 2)
    return total


def pss_bytes(pid: int) -> int | None:
    """Proportional set size of a process and its descendants: shared pages are divided among their users."""
    total = None
    for member in family(pid):
        with suppress(OSError):
            text = (PROC / str(member) / "smaps_rollup").read_text(encoding="ascii")
            total = (total or 0) + 1024 * int(text.partition("\nPss:")[2].split(maxsplit=1)[0])
    return total


async def sockets(address: str) -> Sockets:
    """The listener at host:port and its connections that are open, also those not yet accepted.

    The filter is the kernel's: a storm leaves tens of thousands of sockets in TIME_WAIT, which aren't walked.
    Overflows are the listener's own drops, not the sum over the host that ``nstat`` has.
    """
    states = ("state", "listening", "state", "established", "state", "close-wait")
    lines = await _ss("-HOtnm", *states, "src", address) if SS else []
    listener = next((line for line in lines if line.startswith("LISTEN")), None)
    if listener is None:
        return UNKNOWN
    _, backlog, queue, *_ = listener.split()
    drops = _DROPS.search(listener)
    return Sockets(
        open_connections=len(lines) - 1,
        backlog=int(backlog),
        listen_queue=int(queue),
        listen_overflows_total=int(drops[1]) if drops else None,
    )


async def _ss(*arguments: str) -> list[str]:
    process = await asyncio.create_subprocess_exec(
        str(SS), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(SS_DEADLINE_S):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return []
    return output.decode().splitlines()


def require_free(service: str, host: str, ports: tuple[int, ...]) -> None:
    """Check that a service will be able to listen.

    Raises:
        SetupError: something listens there already, or on that port of all addresses.
    """
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                probe.listen(1)
            except OSError as error:
                raise SetupError(
                    f"service {service} can't listen on {host}:{port}: {error.strerror}. See who does by "
                    f"`ss -ltnp 'sport = :{port}'` and stop it, or clean up an old lab by `lab recover`"
                ) from error
