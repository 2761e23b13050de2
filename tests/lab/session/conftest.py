"""Runs whose owner and watchdog are dead, and a registry of the test's own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chaos.actions import StopProcesses
from chaos.ledger.ledger import Ledger
from chaos.mark import VARIABLE
from lab.runs import registry
from lab.runs.folder import RunFolder, create_run_folder

NO_ONE = (2**30, 1)
"""A pid that no kernel gives, and a start time."""

Sleeper = Callable[..., "subprocess.Popen[bytes]"]
Dead = Callable[..., tuple[RunFolder, Ledger]]


@pytest.fixture(autouse=True)
def own_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links of these tests are not the user's."""
    (tmp_path / "runtime").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))


@pytest.fixture
def dead_run(tmp_path: Path) -> Dead:
    """A run as a kill -9 of owner and watchdog leaves it, in a folder of its own outside of any checkout."""

    def make(name: str, owner: tuple[int, int] = NO_ONE) -> tuple[RunFolder, Ledger]:
        run = create_run_folder(tmp_path, "drill", tmp_path / "elsewhere" / name)
        registry.enter(run)
        ledger = Ledger.create(run.ledger, run.name, 0, owner)
        ledger.own(StopProcesses(run=run.mark, grace_s=0.3))
        run.journal.write_text('{"type":"run.opened","seq":0,"t":0.1}\n')
        return run, ledger

    return make


@pytest.fixture
def sleeper() -> Iterator[Sleeper]:
    """A process that carries a mark, and is deaf to SIGTERM if asked to; killed at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(mark: str, *, deaf: bool = False) -> "subprocess.Popen[bytes]":
        ignoring = "signal.signal(signal.SIGTERM, signal.SIG_IGN); " if deaf else ""
        command = [sys.executable, "-c", f"import signal; {ignoring}print(flush=True); signal.pause()"]
        env = {VARIABLE: mark, "PATH": os.defpath}
        started.append(subprocess.Popen(command, env=env, stdout=subprocess.PIPE))
        assert started[-1].stdout is not None
        started[-1].stdout.readline()
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait(10)
