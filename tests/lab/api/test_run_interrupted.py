"""Ctrl-C in a program that called the lab, on real processes. Tests lab.api.one_run and lab.api.sync_lab."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from chaos.mark import run_mark
from chaos.process.identity import of_run
from chaos.wait import wait_until
from lab.journal import read

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.xdist_group("turns")]

DRILL = "from lab import run; run('smoke', runtime='embedded', out='out')"
GAME = """\
from lab import open_lab
with open_lab('smoke', runtime='embedded', out='out') as lab:
    lab.run('smoke', out='run')
"""


@pytest.mark.parametrize(("program", "journal"), [(DRILL, "out"), (GAME, "run")])
async def test_it_is_rolled_back_and_raised_again(program: str, journal: str, tmp_path: Path) -> None:
    """The program ends by its KeyboardInterrupt; by then nothing of the lab is left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cwd=tmp_path, stderr=asyncio.subprocess.PIPE
    )
    try:
        file = tmp_path / journal / "journal.jsonl"
        await wait_until(
            lambda: file.exists() and b"phase.entered" in file.read_bytes(), 240, "the drill to run"
        )
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert said.decode().rstrip().endswith("KeyboardInterrupt")
    for folder in {"out", journal}:
        closed = read(tmp_path / folder / "journal.jsonl").closed
        assert closed is not None
        assert (closed.outcome, closed.clean) == ("interrupted", True)
    assert not list(of_run(run_mark("out", tmp_path / "out")))
