"""The open wounds of other tools, each closed here, with our exit code. Four labs at once, looked at one by one."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from chaos.wait import wait_until
from lab.journal import JournalError, read
from tests.live.conftest import DEADLINE_S, LAB, ROOT, SHORT, Command, Start

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


pytestmark = [
    pytest.mark.live,
    pytest.mark.long,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("wounds"),
]
UNSTEADY = """\
steady-state-hypothesis:
  title: Something that can't be
  probes: [{metric: amplification, is: "<= 0.5"}]
phases:"""


@dataclass
class Wounded:
    """Labs to which it was done. ``lengths``: of the journal, each time it was read; ``unread``: why it was not."""

    unsteady: Command
    interrupted: Command
    killed: Command
    watched: Command
    lengths: list[int] = field(default_factory=list)
    unread: list[JournalError] = field(default_factory=list)

    async def interrupt(self) -> None:
        """Ctrl-C when all faults are active."""
        await self.interrupted.seen("action.changed", name="crowd", state="applied")
        self.interrupted.process.send_signal(signal.SIGINT)
        await self.interrupted.ended()

    async def kill(self) -> None:
        """Kill -9 when all faults are active."""
        await self.killed.seen("action.changed", name="crowd", state="applied")
        self.killed.process.kill()
        self.killed.process.wait(10)
        await self.killed.gone()

    async def watch(self) -> None:
        """Read the journal all along."""
        journal = self.watched.folder / "journal.jsonl"

        def ended() -> bool:
            try:
                if journal.exists():
                    self.lengths.append(len(read(journal).events))
            except JournalError as error:
                self.unread.append(error)
            return self.watched.process.poll() is not None

        await wait_until(ended, DEADLINE_S, "lab to end", every_s=0.02)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wounded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Wounded]:
    """All four, until they have ended."""
    folder = tmp_path_factory.mktemp("wounds")
    drill = folder / "unsteady.yaml"
    drill.write_text(SHORT.read_text().replace("phases:", UNSTEADY))
    with Start(folder) as start:
        labs = Wounded(start.short(drill), start.short(), start.short(), start.short())
        await asyncio.gather(labs.unsteady.ended(), labs.interrupt(), labs.kill(), labs.watch())
        yield labs


def verdict(lab: Command) -> str:
    """Its word."""
    return str(json.loads((lab.folder / "verdict.json").read_text())["verdict"])


async def test_a_baseline_that_fails_exits_2_and_nothing_is_applied(wounded: Wounded) -> None:
    """Elsewhere that is a 0, and CI goes on."""
    lab = wounded.unsteady
    assert lab.end() == 2, lab.output.read_text()
    assert verdict(lab) == "inconclusive"
    assert {event["kind"] for event in lab.events() if event["type"] == "action.changed"} == {"setting"}
    assert lab.left() == []


async def test_an_interrupt_runs_the_rollbacks_and_exits_130(wounded: Wounded) -> None:
    """Elsewhere it skips them."""
    lab = wounded.interrupted
    assert lab.end() == 130, lab.output.read_text()
    last = {event["action"]: event["state"] for event in lab.events() if event["type"] == "action.changed"}
    assert set(last.values()) == {"reverted"}
    assert verdict(lab) == "inconclusive"
    assert lab.left() == []


def report(lab: Command) -> subprocess.CompletedProcess[str]:
    """``lab report`` on its run folder."""
    command = [*LAB, "report", str(lab.folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


async def test_kill_9_leaves_nothing_broken_and_can_be_judged(wounded: Wounded) -> None:
    """Elsewhere the network stays broken. The report of what there is: 130, interrupted."""
    done = report(wounded.killed)
    assert done.returncode == 130, done.stdout + done.stderr
    assert verdict(wounded.killed) == "inconclusive"
    assert "interrupted" in done.stdout
    assert wounded.killed.left() == []


async def test_the_journal_is_readable_at_every_moment_while_it_is_written(wounded: Wounded) -> None:
    """Elsewhere it is written at the end: after a crash there is none."""
    lab = wounded.watched
    assert lab.end() in {0, 1, 2}, lab.output.read_text()
    assert wounded.unread == []
    assert wounded.lengths == sorted(wounded.lengths)
    assert len(set(wounded.lengths)) > 20
    assert read(lab.folder / "journal.jsonl").closed is not None
