"""The tutorial, as a reader follows it: every command of every chapter, in one sitting, in a folder of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.documented import TUTORIAL, Documented, in_blocks

pytestmark = [pytest.mark.live, pytest.mark.soak]

DEADLINE_S = 300
WATCHED_S = 8
"""How long a reader looks at the live view before Ctrl-C."""
INCONCLUSIVE = 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the reader sits; what still lives at the end is taken down."""
    path = tmp_path_factory.mktemp("tutorial")
    yield path
    subprocess.run(["lab", "down"], cwd=path, env=environment(), check=False, timeout=DEADLINE_S)


def environment() -> dict[str, str]:
    """The reader's shell: the command on its path, no container engine."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "DOCKER_HOST": "unix:///nonexistent.sock", "CI": "1"}


@pytest.mark.parametrize("page", [pytest.param(page, id=page.stem) for page in TUTORIAL])
def test_a_chapter_runs(page: Path, folder: Path) -> None:
    """Each command ends with the exit code that the page names; a measurement may be inconclusive on a busy machine."""
    ran = 0
    for command in in_blocks(page):
        if command.text.startswith(("make ", ". ")):
            continue  # the set-up that this test runs in
        ran += 1
        code, said = run(command, folder)
        measured = command.text.startswith(("lab run", "lab report"))
        allowed = {command.exit_code, INCONCLUSIVE} if measured else {command.exit_code}
        assert code in allowed, f"{command}: exit code {code}\n{said[-4000:]}"
    assert ran >= 1


def run(command: Documented, folder: Path) -> tuple[int, str]:
    """Run it in a shell; the live view is ended as a reader ends it.

    Returns:
        The exit code and all that was printed.
    """
    running = subprocess.Popen(
        ["bash", "-c", command.text],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        if command.text == "lab watch":
            watch(running)
        said, _ = running.communicate(timeout=DEADLINE_S)
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
    return running.returncode, said


def watch(view: subprocess.Popen[str]) -> None:
    """Look at the live view for a while, and end it by Ctrl-C."""
    try:
        view.wait(WATCHED_S)
    except subprocess.TimeoutExpired:
        os.killpg(view.pid, signal.SIGINT)
