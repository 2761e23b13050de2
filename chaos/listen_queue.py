"""The accept queue of a process's listening socket, from outside and without root.

The socket is borrowed from the process (pidfd_getfd) and made to ``listen`` again with another length, which
changes nothing else. It works on one's own processes (ptrace rights); a new listener needs it again.
"""

import ctypes
import os
import socket
import subprocess
from pathlib import Path

from chaos.errors import RefusedError

PIDFD_GETFD = 438
"""The same number on every architecture that the kernel has it on."""
LISTENING = "0A"
SOMAXCONN = Path("/proc/sys/net/core/somaxconn")


class ListenQueueError(RefusedError):
    """The queue can't be set here; record the host's instead."""


def set_listen_queue(pid: int, host: str, port: int, queue: int) -> int:
    """Make the listener of ``pid`` at ``host:port`` hold at most ``queue`` connections not yet accepted.

    Returns:
        The length as ``ss`` reads it back.

    Raises:
        ListenQueueError: no such listener, not allowed, or the kernel took another length.
    """
    inode = _listener(pid, host, port)
    with _borrowed(pid, _descriptor(pid, inode)) as listener:
        listener.listen(queue)
    found = read_listen_queue(host, port)
    if found != queue:
        limit = SOMAXCONN.read_text().strip()
        raise ListenQueueError(
            f"asked for a listen queue of {queue} at {host}:{port}; the kernel has {found} "
            f"(net.core.somaxconn is {limit})"
        )
    return found


def read_listen_queue(host: str, port: int) -> int | None:
    """Its length as ``ss`` has it; None: nothing listens there."""
    command = ["ss", "-ltnH", "sport", "=", f":{port}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5)
    for line in done.stdout.splitlines():
        _state, _waiting, length, local, *_ = line.split()
        if local.rpartition(":")[0].strip("[]") in {host, "*", "0.0.0.0", "::"}:  # noqa: S104 - compared
            return int(length)
    return None


def _listener(pid: int, host: str, port: int) -> str:
    """The inode of the listening socket, from the process's own network namespace."""
    wanted = {f"{address}:{port:04X}" for address in (_hex(host), _hex("0.0.0.0"), "0" * 32)}  # noqa: S104
    for table in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
        except OSError as error:
            raise ListenQueueError(f"the sockets of process {pid} can't be read: {error}") from error
        for _slot, local, _remote, state, *rest in map(str.split, lines):
            if state == LISTENING and local in wanted:
                return rest[5]
    raise ListenQueueError(f"nothing listens at {host}:{port} in the network of process {pid}")


def _hex(host: str) -> str:
    """An IPv4 address as /proc/net/tcp has it: the network's bytes, read in the machine's order."""
    return f"{int.from_bytes(socket.inet_aton(host), 'little'):08X}"


def _descriptor(pid: int, inode: str) -> int:
    try:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            if str(link.readlink()) == f"socket:[{inode}]":
                return int(link.name)
    except OSError as error:
        raise ListenQueueError(f"the files of process {pid} can't be read: {error}") from error
    raise ListenQueueError(f"process {pid} does not hold the listener (inode {inode}) itself")


def _borrowed(pid: int, descriptor: int) -> socket.socket:
    """A duplicate of another process's socket; closing it leaves the other one open."""
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        pidfd = os.pidfd_open(pid)
    except OSError as error:
        raise ListenQueueError(f"process {pid} can't be opened: {error}") from error
    try:
        copy = libc.syscall(PIDFD_GETFD, pidfd, descriptor, 0)
    finally:
        os.close(pidfd)
    if copy < 0:
        why = os.strerror(ctypes.get_errno())
        raise ListenQueueError(f"the listener of process {pid} can't be borrowed: {why} (pidfd_getfd)")
    return socket.socket(fileno=copy)
