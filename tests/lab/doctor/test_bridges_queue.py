"""A machine that doesn't let the bridge's queue be set from outside is said before anything is run."""

import ctypes
import errno
from typing import Any

import pytest

from lab.doctor.bridges_queue import bridges_queue


@pytest.mark.slow
def test_a_real_child_is_tried() -> None:
    """On this machine it can be."""
    found = bridges_queue()
    assert (found.state, found.found) == ("ok", "can be set from outside, as embedded does")


class Refusing:
    """A C library in a container whose seccomp profile refuses pidfd_getfd."""

    def syscall(self, *_: Any) -> int:  # noqa: ANN401 - stands for any
        ctypes.set_errno(errno.EPERM)
        return -1


@pytest.mark.slow
def test_a_container_without_pidfd_getfd(monkeypatch: pytest.MonkeyPatch) -> None:
    """What refuses then, why, and what to do."""
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Refusing())
    found = bridges_queue()
    assert found.state == "warn"
    assert "embedded refuses every drill" in found.found
    assert "Operation not permitted (pidfd_getfd)" in found.found
    assert "--runtime compose" in found.todo
