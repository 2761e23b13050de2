"""The accept queue of a process's listening socket, from outside and without root.

The socket is borrowed from the process (pidfd_getfd) and made to ``listen`` again with another length, which
changes nothing else. It works on one's own processes (ptrace rights); a new listener needs it again.
"""

import ctypes
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from chaos.errors import RefusedError
from chaos.sock_diag import HOST_AT, LISTEN, QUEUES, QUEUES_AT, dump, open_query, packed

PIDFD_GETFD = 438
"""The same number on every architecture that the kernel has it on."""
LISTENING = "0A"
SOMAXCONN = Path("/proc/sys/net/core/somaxconn")


class ListenQueueError(RefusedError):
    """The queue can't be set here; record the host's instead."""


def set_listen_queue(pid: int, host: str, port: int, queue: int) -> int:
    """Make the listener of ``pid`` at ``host:port`` hold at most ``queue`` connections not yet accepted.

    Returns:
        The length as the kernel reads it back.

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


def why_not_settable() -> str | None:
    """Why no queue can be set on this machine, tried on the listener of a child that lives only for that.

    None: it can be. It costs about 20 ms.
    """
    try:
        ours = socket.create_server(("127.0.0.1", 0))
    except OSError as error:
        return f"nothing can listen on 127.0.0.1: {error.strerror} (is `lo` up, with IPv4?)"
    with ours, _waiting_child(ours) as child:
        host, port = ours.getsockname()
        try:
            set_listen_queue(child.pid, host, port, 1)
        except ListenQueueError as error:
            return str(error)
        finally:
            child.kill()
    return None


def _waiting_child(listener: socket.socket) -> "subprocess.Popen[bytes]":
    """A process that holds the listener as well, and waits until it is killed."""
    command = (sys.executable, "-I", "-S", "-c", "import signal; signal.pause()")
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(listener.fileno(),))


def read_listen_queue(host: str, port: int) -> int | None:
    """Its length as the kernel has it; None: nothing listens there.

    Raises:
        ListenQueueError: the kernel does not answer.
    """
    try:
        with closing(open_query()) as query:
            return next(_queues(query, host, port), None)
    except OSError as error:
        raise ListenQueueError(f"the kernel was asked for the queue at {host}:{port}: {error}") from error


def _queues(query: socket.socket, host: str, port: int) -> Iterator[int]:
    """Those of the listeners at this address, and at all addresses."""
    for family in (socket.AF_INET, socket.AF_INET6):
        here = packed(family, host)
        for found in list(dump(query, family, port, LISTEN)):
            local = bytes(found[HOST_AT : HOST_AT + len(here)])
            if local in {here, packed(family, "0.0.0.0"), bytes(len(here))}:  # noqa: S104 - compared
                yield int(QUEUES.unpack_from(found, QUEUES_AT)[1])


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
            with suppress(FileNotFoundError):  # the process has closed it meanwhile
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
    except (OSError, AttributeError) as error:
        raise ListenQueueError(f"process {pid} can't be opened: {error} (pidfd_open)") from error
    try:
        copy = libc.syscall(PIDFD_GETFD, pidfd, descriptor, 0)
    finally:
        os.close(pidfd)
    if copy < 0:
        why = os.strerror(ctypes.get_errno())
        raise ListenQueueError(f"the listener of process {pid} can't be borrowed: {why} (pidfd_getfd)")
    return socket.socket(fileno=copy)
