"""The queue of another process's listener, on real sockets; without any program of the machine."""

import errno
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chaos import listen_queue
from chaos.listen_queue import (
    SOMAXCONN,
    ListenQueueError,
    read_listen_queue,
    set_listen_queue,
    why_not_settable,
)


def listening(family: socket.AddressFamily, host: str, queue: int) -> socket.socket:
    """A listener with a queue of so many."""
    return socket.create_server((host, 0), family=family, backlog=queue, dualstack_ipv6=host == "::")


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, ""), (socket.AF_INET6, "::")]
)
def test_a_queue_is_read_from_the_kernel(
    monkeypatch: pytest.MonkeyPatch, family: socket.AddressFamily, host: str
) -> None:
    """At its own address or at all of them; as short as the kernel made it. No `ss` is needed."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert shutil.which("ss") is None
    with listening(family, host, 77) as listener:
        port = listener.getsockname()[1]
        assert read_listen_queue("127.0.0.1", port) == 77
        listener.listen(2**31 - 1)
        assert read_listen_queue("127.0.0.1", port) == int(SOMAXCONN.read_text())
    assert read_listen_queue("127.0.0.1", port) is None


def test_another_address_s_listener_is_not_taken_for_it() -> None:
    """Two services of a lab listen on one port, at addresses of their own."""
    with listening(socket.AF_INET, "127.0.0.1", 77) as listener:
        assert read_listen_queue("127.0.0.2", listener.getsockname()[1]) is None


@pytest.mark.slow
def test_here_a_queue_can_be_set() -> None:
    """The machine that the tests run on lets the lab do it; nothing is left of the attempt."""
    before = {child.name for child in Path("/proc").iterdir() if child.name.isdecimal()}
    assert why_not_settable() is None
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    assert {*children} <= before


@pytest.mark.slow
def test_a_machine_that_refuses_says_so_before_anything_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose seccomp profile knows no pidfd_getfd: an unknown number is refused in the same way."""
    monkeypatch.setattr(listen_queue, "PIDFD_GETFD", 99_999)
    why = why_not_settable()
    assert why is not None
    assert "can't be borrowed: Function not implemented (pidfd_getfd)" in why


def test_a_machine_without_ipv4_loopback_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is started, and not as a traceback."""

    def refused(_address: object) -> socket.socket:
        raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))

    monkeypatch.setattr(socket, "create_server", refused)
    assert "nothing can listen on 127.0.0.1: Cannot assign requested address" in (why_not_settable() or "")


@pytest.mark.slow
def test_what_the_kernel_does_not_grant_is_an_error() -> None:
    """Never silently shorter."""
    most = int(SOMAXCONN.read_text())
    with listening(socket.AF_INET, "127.0.0.1", 5) as listener:
        port = listener.getsockname()[1]
        child = subprocess.Popen(["sleep", "60"], pass_fds=(listener.fileno(),))
        try:
            assert listen_queue.set_listen_queue(child.pid, "127.0.0.1", port, 9) == 9
            with pytest.raises(ListenQueueError, match=f"queue of {most + 1} .* the kernel has {most} "):
                listen_queue.set_listen_queue(child.pid, "127.0.0.1", port, most + 1)
        finally:
            child.kill()
            child.wait()


def test_a_kernel_without_pidfd_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an AttributeError."""
    monkeypatch.delattr(os, "pidfd_open")
    with pytest.raises(ListenQueueError, match="pidfd_open"):
        listen_queue._borrowed(os.getpid(), 0)


CLOSES = """\
import os
while True:
    for number in [os.dup(0) for _ in range(20)]:
        os.close(number)
"""


@pytest.mark.slow
def test_a_process_that_opens_and_closes_files_meanwhile_is_no_machine_that_refuses() -> None:
    """One that has just been started does: a file that was listed is gone when it is looked at."""
    with listening(socket.AF_INET, "127.0.0.1", 5) as listener:
        host, port = listener.getsockname()
        command = [sys.executable, "-I", "-S", "-c", CLOSES]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(listener.fileno(),)) as child:
            try:
                for queue in range(10, 25):
                    assert set_listen_queue(child.pid, host, port, queue) == queue
            finally:
                child.kill()
