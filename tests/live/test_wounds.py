"""The open wounds of other tools, each closed here, with our exit code."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from chaos.wait import wait_until
from lab.journal import read
from tests.live.conftest import DEADLINE_S, LAB, ROOT, SHORT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.live.conftest import Command, Start

pytestmark = [pytest.mark.live, pytest.mark.long]
UNSTEADY = """\
steady-state-hypothesis:
  title: Something that can't be
  probes: [{metric: amplification, is: "<= 0.5"}]
phases:"""


def verdict(lab: Command) -> str:
    """Its word."""
    return str(json.loads((lab.folder / "verdict.json").read_text())["verdict"])


def report(lab: Command) -> subprocess.CompletedProcess[str]:
    """``lab report`` on its run folder."""
    command = [*LAB, "report", str(lab.folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


async def test_a_baseline_that_fails_exits_2_and_nothing_is_applied(start: Start, tmp_path: Path) -> None:
    """Elsewhere that is a 0, and CI goes on."""
    drill = tmp_path / "unsteady.yaml"
    drill.write_text(SHORT.read_text().replace("phases:", UNSTEADY))
    lab = start.short(drill)
    assert await lab.ended() == 2, lab.output.read_text()
    assert verdict(lab) == "inconclusive"
    assert {event["kind"] for event in lab.events() if event["type"] == "action.changed"} == {"setting"}
    assert lab.left() == []


async def test_an_interrupt_runs_the_rollbacks_and_exits_130(start: Start) -> None:
    """Elsewhere it skips them."""
    lab = start.short()
    await lab.seen("action.changed", name="crowd", state="applied")
    lab.process.send_signal(signal.SIGINT)
    assert await lab.ended() == 130, lab.output.read_text()
    last = {event["action"]: event["state"] for event in lab.events() if event["type"] == "action.changed"}
    assert set(last.values()) == {"reverted"}
    assert verdict(lab) == "inconclusive"
    assert lab.left() == []


async def test_kill_9_leaves_nothing_broken_and_can_be_judged(start: Start) -> None:
    """Elsewhere the network stays broken. The report of what there is: 130, interrupted."""
    lab = start.short()
    await lab.seen("action.changed", name="crowd", state="applied")
    lab.process.kill()
    lab.process.wait(10)
    await lab.gone()
    done = report(lab)
    assert done.returncode == 130, done.stdout + done.stderr
    assert verdict(lab) == "inconclusive"
    assert "interrupted" in done.stdout


async def test_the_journal_is_readable_at_every_moment_while_it_is_written(start: Start) -> None:
    """Elsewhere it is written at the end: after a crash there is none."""
    lab = start.short()
    journal = lab.folder / "journal.jsonl"
    read_so_far: list[int] = []

    def ended() -> bool:
        if journal.exists():
            read_so_far.append(len(read(journal).events))
        return lab.process.poll() is not None

    await wait_until(ended, DEADLINE_S, "lab to end", every_s=0.02)
    assert lab.process.wait(0) in {0, 1, 2}, lab.output.read_text()
    assert read_so_far == sorted(read_so_far)
    assert len(set(read_so_far)) > 50
    assert read(journal).closed is not None
