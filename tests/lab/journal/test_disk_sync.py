"""Tests lab.journal.disk_sync: whoever writes never waits for the disk, and learns of its failures."""

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chaos.wait import wait_until
from lab.journal import JournalError, JournalWriter
from lab.journal.disk_sync import DiskSync
from lab.journal.events import NoteWritten

DECISION = NoteWritten(by="a", role="operator", kind="note", text="b")


@dataclass
class Disk:
    """An fsync that takes until ``free``, or fails."""

    free: threading.Event = field(default_factory=threading.Event)
    begun: list[int] = field(default_factory=list)
    fails: int | None = None

    def fsync(self, descriptor: int) -> None:
        self.begun.append(descriptor)
        assert self.free.wait(10)
        if self.fails:
            raise OSError(self.fails, os.strerror(self.fails))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk of this test."""
    made = Disk()
    monkeypatch.setattr(os, "fsync", made.fsync)
    return made


def begun(disk: Disk, times: int) -> Callable[[], bool]:
    """Whether so many have begun."""
    return lambda: len(disk.begun) == times


async def test_a_busy_disk_holds_up_no_one(disk: Disk, tmp_path: Path) -> None:
    """Decisions are written and passed on while it is busy; all of them are on the disk once it is closed."""
    with JournalWriter(tmp_path / "journal.jsonl") as writer:
        for _ in range(3):
            writer.write(DECISION)
            await wait_until(begun(disk, 1), 30.0, "the first to begin")
        assert (tmp_path / "journal.jsonl").read_bytes().count(b"\n") == 3
        disk.free.set()
    assert len(disk.begun) in {2, 3}  # the one under way, one for the two that came then, the last at the end


@pytest.mark.slow
async def test_asked_while_one_is_under_way_there_is_another(disk: Disk) -> None:
    """It may have begun before the line was written; but one that has not begun will do for all."""
    sync = DiskSync(7)
    sync.ask()
    await wait_until(begun(disk, 1), 30.0, "the first to begin")
    sync.ask()
    sync.ask()
    disk.free.set()
    await wait_until(begun(disk, 2), 30.0, "the second to begin")
    sync.end()
    assert disk.begun == [7, 7, 7]


async def test_a_disk_that_fails_is_said_with_the_file(disk: Disk, tmp_path: Path) -> None:
    """At the next line, once; and at the end."""
    disk.fails = errno.EIO
    disk.free.set()
    writer = JournalWriter(tmp_path / "journal.jsonl")
    writer.write(DECISION)

    said: list[str] = []

    def failed() -> bool:
        try:
            writer.write(DECISION)
        except JournalError as error:
            said.append(str(error))
        return bool(said)

    await wait_until(failed, 30.0, "the failure to be said")
    assert said == [f"{tmp_path}/journal.jsonl: the journal can't be written: Input/output error"]
    with pytest.raises(JournalError, match="Input/output error"):
        writer.close()
    writer.close()
