"""A journal that no one ended gets its end, unless someone else is to write it."""

import os
import time
from pathlib import Path

import pytest

from chaos.actions import StopProcesses
from chaos.ledger.ledger import Ledger
from chaos.process.identity import started_ticks
from lab.journal import JournalWriter, read
from lab.journal.events import NoteWritten, RunClosed
from lab.runs.folder import RunFolder
from lab.runs.truncated import end_truncated

NOTE = NoteWritten(by="test", role="test", kind="note", text="a word")


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run whose journal has one line and no end."""
    folder = RunFolder(tmp_path)
    with JournalWriter(folder.journal) as journal:
        journal.write(NOTE)
    return folder


def begin(folder: RunFolder) -> Ledger:
    """The run's ledger, just begun."""
    owner = (os.getpid(), started_ticks(os.getpid()) or 0)
    return Ledger.create(folder.path / "ledger.jsonl", folder.name, int(time.monotonic()), owner)


@pytest.mark.parametrize("ledger", ["none", "empty", "begun", "closed"])
def test_nothing_left_to_undo_is_interrupted_and_clean(folder: RunFolder, ledger: str) -> None:
    """Killed before the watchdog was there, or after everything was undone; said once."""
    match ledger:
        case "empty":
            (folder.path / "ledger.jsonl").write_text('{"type": "ope')
        case "begun":
            begin(folder)
        case "closed":
            begun = begin(folder)
            begun.own(StopProcesses(run=folder.name))
            begun.close("session")
    end_truncated(folder)
    end_truncated(folder)
    closed = read(folder.journal).closed
    assert closed is not None
    assert (closed.seq, closed.outcome, closed.clean) == (1, "interrupted", True)


def test_a_torn_line_is_removed_first(folder: RunFolder) -> None:
    """The end stands on a line of its own."""
    with folder.journal.open("a") as file:
        file.write('{"type": "note.wri')
    end_truncated(folder)
    assert read(folder.journal).closed is not None


def test_what_may_be_active_is_left_to_who_undoes_it(folder: RunFolder) -> None:
    """The watchdog writes the end when it is done, or `lab recover` does."""
    begin(folder).own(StopProcesses(run=folder.name))
    end_truncated(folder)
    assert read(folder.journal).closed is None


def test_a_living_run_and_an_ended_one_stay_as_they_are(tmp_path: Path) -> None:
    """The writer holds a lock on its journal for as long as it lives."""
    folder = RunFolder(tmp_path)
    with JournalWriter(folder.journal) as journal:
        journal.write(NOTE)
        end_truncated(folder)
        assert read(folder.journal).closed is None
        journal.write(RunClosed(outcome="completed", reason="all phases ran", clean=True, left=()))
    end_truncated(folder)
    assert len(read(folder.journal).events) == 2


@pytest.mark.parametrize("content", ["", "no json\n"])
def test_no_journal_worth_the_name_is_no_trouble(tmp_path: Path, content: str) -> None:
    """Killed between the file and its first line; and one that is damaged is not made worse."""
    folder = RunFolder(tmp_path)
    end_truncated(folder)
    folder.journal.write_text(content)
    end_truncated(folder)
    assert content in folder.journal.read_text()
