"""A real drill, end to end, on local processes."""

import json
import os
import signal
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from lab.runs.recover import recover
from tests.live.conftest import Start
from tests.live.machine_doubts import too_busy

pytestmark = pytest.mark.live


def test_smoke_passes_and_leaves_a_whole_run_folder(start: Start) -> None:
    """The shortest drill comes to a pass; every file of the contract is there; nothing is left running.

    On a machine that is busy with something else *inconclusive* is the right answer, and it must say so.
    """
    lab = start("run", "smoke", "--runtime", "embedded")
    code = lab.end()
    verdict = json.loads((lab.folder / "verdict.json").read_text())
    if code == 2 and too_busy(verdict):
        warnings.warn(f"this machine is too busy to measure on: {verdict['reasons']}", stacklevel=1)
    else:
        assert code == 0, lab.output.read_text()
        assert all(expected["met"] for expected in verdict["expectations"])
        assert ET.parse(lab.folder / "junit.xml").getroot().get("failures") == "0"  # noqa: S314 - our own file
    names = {path.name for path in lab.folder.iterdir()}
    assert {
        "drill.yaml",
        "environment.json",
        "journal.jsonl",
        "verdict.json",
        "report.html",
        "junit.xml",
        "logs",
    } <= names
    assert lab.left() == []
    _judge_again_elsewhere(lab.folder, verdict)


def _judge_again_elsewhere(folder: Path, verdict: dict[str, object]) -> None:
    """An empty process that has only the journal comes to the same verdict."""
    code = (
        "import sys, pathlib; from lab.journal import read; from lab.analysis import Timeline, judge;"
        "print(judge(Timeline.fold(read(pathlib.Path(sys.argv[1])).events)).model_dump_json(by_alias=True))"
    )
    again = subprocess.run(
        [sys.executable, "-c", code, str(folder / "journal.jsonl")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(again.stdout) == verdict


async def test_recover_cleans_up_when_the_watchdog_died_as_well(start: Start, tmp_path: Path) -> None:
    """Kill -9 of watchdog and runner: no one is left to clean up, until someone calls ``lab recover``."""
    lab = start.short()
    await lab.seen("service.changed", service="load", state="healthy")
    watchdog = json.loads((lab.folder / "watchdog.json").read_text())
    os.kill(watchdog["pid"], signal.SIGKILL)
    lab.process.kill()
    lab.process.wait(10)
    assert lab.left()
    done = [one async for one in recover(tmp_path) if one.folder == lab.folder.resolve()]
    assert lab.left() == []
    assert [(one.run, one.left) for one in done] == [(lab.folder.name, ())]
    assert not [one async for one in recover(tmp_path) if one.folder == lab.folder.resolve()]
