"""``lab abort``, ``status`` and ``watch`` on a drill that waits for its turn: nothing of a lab is started here."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chaos.wait import wait_until
from lab.runtime.slots import hold_measure_lock
from lab.session import RunFolder
from tests.checkout import ROOT

pytestmark = pytest.mark.live

LAB = [sys.executable, "-c", "from lab.cli import main; main()"]
DEADLINE_S = 60


Drill = subprocess.Popen[str]


def start(*arguments: str) -> Drill:
    """Begin a ``lab``."""
    return subprocess.Popen(
        [*LAB, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.fixture
async def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[RunFolder, Drill]]:
    """A drill that listens, and waits because someone else measures."""
    monkeypatch.setenv(
        "XDG_RUNTIME_DIR", str(tmp_path)
    )  # locks of the test's own: no other lab is waited for
    folder = RunFolder(tmp_path / "run")
    async with hold_measure_lock("someone else", 5):
        process = start("run", "smoke", "--runtime", "embedded", "--out", str(folder.path), "--repeat", "3")
        try:
            await wait_until(folder.socket.is_socket, DEADLINE_S, "the drill to listen")
            yield folder, process
        finally:
            process.kill()
            process.communicate(timeout=10)


def lab(*arguments: str) -> tuple[int, str]:
    """Call ``lab``; its exit code, and what it printed."""
    done = subprocess.run(
        [*LAB, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    return done.returncode, done.stdout + done.stderr


def last(folder: RunFolder) -> dict[str, object]:
    """The journal's last line."""
    ended: dict[str, object] = json.loads(folder.journal.read_text().splitlines()[-1])
    return ended


async def test_a_drill_that_waits_for_its_turn_can_be_asked_and_aborted(
    waiting: tuple[RunFolder, Drill],
) -> None:
    """The reason reaches journal and verdict; three seeds were asked for, and none is begun after it."""
    folder, process = waiting
    code, said = lab("status", "--run", str(folder.path))
    assert (code, "waits for its turn" in said) == (0, True)
    code, said = lab("abort", "the pager rings", "--run", str(folder.path))
    assert (code, said.splitlines()) == (
        0,
        ["run: rolling back", "run: aborted; everything was rolled back and read back"],
    )
    assert process.wait(DEADLINE_S) == 2
    assert last(folder)["outcome"] == "aborted"
    verdict = json.loads(folder.verdict.read_text())
    assert verdict["verdict"] == "inconclusive"
    assert verdict["outcome"] == "aborted"
    assert "aborted by the user: the pager rings" in verdict["reasons"]
    assert not folder.socket.exists()
    code, said = lab("abort", "--run", str(folder.path))
    assert (code, "is over" in said) == (3, True)


async def test_an_interrupt_while_it_waits_is_an_interrupt(waiting: tuple[RunFolder, Drill]) -> None:
    """There is a journal from the first moment on, so that there is a verdict as well."""
    folder, process = waiting
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(DEADLINE_S) == 130
    assert (last(folder)["outcome"], last(folder)["reason"]) == ("interrupted", "interrupted by a signal")


async def test_who_watches_a_drill_sees_its_end(waiting: tuple[RunFolder, Drill]) -> None:
    """``lab watch`` from another terminal ends by itself when the drill does, and has said why."""
    folder, _ = waiting
    watch = start("watch", "--run", str(folder.path))
    assert watch.stdout is not None
    assert "smoke: A short throttle" in watch.stdout.readline()
    assert lab("abort", "seen enough", "--run", str(folder.path))[0] == 0
    said, _ = watch.communicate(timeout=DEADLINE_S)
    assert watch.returncode == 0
    assert "aborting for the user: seen enough" in said
    assert "run aborted: by the user: seen enough" in said
