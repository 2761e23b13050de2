"""What the kernel says about a local process and its sockets: CPU, memory. Read, never changed."""

import socket
import time
from contextlib import suppress
from pathlib import Path

from lab.runtime.base import SetupError

PROC = Path("/proc")
LOOPBACK = "127.77.0.1"
"""Any of 127.0.0.0/8 but the one that is always there."""
LOOPBACK_DEADLINE_S = 2.0


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


def why_no_loopback() -> str | None:
    """Why services could not reach each other at addresses of 127.0.0.0/8; None: they can. Tried, in a millisecond.

    One can listen there also where `lo` is down: only a connection shows it.
    """
    try:
        with (
            socket.create_server((LOOPBACK, 0)) as listener,
            socket.create_connection(listener.getsockname(), timeout=LOOPBACK_DEADLINE_S),
        ):
            return None
    except OSError as error:
        return f"{LOOPBACK} can't be reached: {error.strerror or error}"


def require_loopback() -> None:
    """Check that services will reach each other.

    Raises:
        SetupError: with the kernel's words, and what to do.
    """
    if why := why_no_loopback():
        raise SetupError(
            f"the embedded runtime gives each service an address of 127.0.0.0/8, and {why}. Bring the loopback network "
            "up (`sudo ip link set lo up`; it needs IPv4), or use --runtime compose"
        )


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
