"""The journal: gapless, durable, readable after a kill, honest about damage."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from chaos.wait import wait_until
from lab.journal import JournalError, JournalWriter, read
from lab.journal.events import (
    CohortProvisional,
    Event,
    NoteWritten,
    PhaseEntered,
    RunClosed,
    RunOpened,
    SampleMissed,
)

NOTE = NoteWritten(by="me", role="lab", kind="word", text="hello")
MISSED = SampleMissed(source="edge", error="TimeoutError", waited_ms=1000)
OPENED = RunOpened(
    run="r", drill={}, runtime="embedded", isolation="by configuration", seed=1, started_utc="", versions={},
    machine={}, topology={}, latency_growth=1.05, latency_first_ms=1.0,
)  # fmt: skip


class Clock:
    """A clock that is moved by the test."""

    def __init__(self) -> None:
        self.now = 1000.75

    def __call__(self) -> float:
        """The present."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is to be."""
    return tmp_path / "journal.jsonl"


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The fsyncs that were made."""
    made: list[int] = []
    monkeypatch.setattr(os, "fsync", made.append)
    return made


def test_events_get_a_gapless_seq_and_the_runs_time(path: Path, clock: Clock) -> None:
    """``t`` counts from a whole second of the clock, ``seq`` from 0."""
    with JournalWriter(path, clock) as writer:
        first = writer.write(OPENED)
        clock.now += 2
        second = writer.write(NOTE)
    assert writer.origin_s == 1000
    assert [(e.seq, e.t) for e in (first, second)] == [(0, 0.75), (1, 2.75)]
    assert read(path).events == (first, second)


def test_an_origin_can_be_given(path: Path, clock: Clock) -> None:
    """A run whose 0 was fixed earlier keeps it."""
    with JournalWriter(path, clock, origin_s=990) as writer:
        assert writer.write(NOTE).t == 10.75


@pytest.mark.slow
async def test_decisions_are_synced_at_once(path: Path, clock: Clock, syncs: list[int]) -> None:
    """A decision goes to the disk at once; an observation can wait for the next second."""
    with JournalWriter(path, clock) as writer:
        writer.write(PhaseEntered(phase="baseline", planned_s=10, because="planned"))
        await wait_until(lambda: len(syncs) == 1, 30.0, "the decision to be synced")
        writer.write(MISSED)
        clock.now += 1
        writer.write(MISSED)
        await wait_until(lambda: len(syncs) == 2, 30.0, "both observations to be synced")
    assert len(syncs) == 3


def test_listeners_hear_every_event_as_written(path: Path, clock: Clock) -> None:
    """The live stream has the same events as the file, until one leaves."""
    heard: list[Event] = []
    with JournalWriter(path, clock) as writer:
        leave = writer.listen(heard.append)
        writer.write(OPENED)
        writer.write(NOTE)
        leave()
        leave()
        writer.write(NOTE)
    assert heard == list(read(path).events[:2])


def test_provisional_cohorts_are_told_but_not_written(path: Path, clock: Clock) -> None:
    """They take no seq: the file stays gapless and final."""
    heard: list[Event] = []
    cohort = CohortProvisional(source="load", second=1, requests=1, sent=1, attempts=None, good=0, failed={})
    with JournalWriter(path, clock) as writer:
        writer.listen(heard.append)
        writer.write(cohort)
        writer.write(OPENED)
    assert [event.type for event in heard] == ["cohort.provisional", "run.opened"]
    assert [event.seq for event in read(path).events] == [0]


def test_a_journal_has_one_writer(path: Path, clock: Clock) -> None:
    """A second one is refused, whether or not the first is still there."""
    with JournalWriter(path, clock), pytest.raises(JournalError, match="there is a journal already"):
        JournalWriter(path, clock)
    with pytest.raises(JournalError, match="there is a journal already"):
        JournalWriter(path, clock)


def test_a_closed_journal_takes_nothing(path: Path, clock: Clock) -> None:
    """Closing twice is fine, writing afterwards is an error."""
    writer = JournalWriter(path, clock)
    writer.close()
    writer.close()
    with pytest.raises(JournalError, match="closed"):
        writer.write(NOTE)


def test_a_full_disk_leaves_whole_lines(path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a line is taken back, the error says what to do, and writing can go on once there is space."""
    real = os.write

    def full(fd: int, data: bytes) -> NoReturn:
        real(fd, data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    with JournalWriter(path, clock) as writer:
        writer.write(OPENED)
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(JournalError, match="the disk is full; free some space"):
            writer.write(NOTE)
        monkeypatch.setattr(os, "write", real)
        writer.write(NOTE)
    assert [event.seq for event in read(path).events] == [0, 1]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, clock: Clock) -> None:
    """The error names the file and the reason."""
    with pytest.raises(JournalError, match=r"nowhere/journal.jsonl: .*No such file"):
        JournalWriter(tmp_path / "nowhere" / "journal.jsonl", clock)


@pytest.fixture
def written(path: Path, clock: Clock) -> Path:
    """A journal of three lines, the last of them run.closed."""
    with JournalWriter(path, clock) as writer:
        writer.write(OPENED)
        writer.write(NOTE)
        writer.write(RunClosed(outcome="completed", reason="done", clean=True))
    return path


def test_a_whole_journal_is_opened_and_closed(written: Path) -> None:
    """Reader and writer agree on the first and the last line."""
    journal = read(written)
    assert journal.opened is not None
    assert journal.closed is not None
    assert journal.closed.outcome == "completed"
    assert not journal.torn


@pytest.mark.parametrize("cut", [1, 30, 5000])
def test_a_torn_journal_is_read_to_its_last_whole_line(written: Path, cut: int) -> None:
    """After a kill -9 in the middle of any line everything before it is there, and it is not closed."""
    content = written.read_bytes()
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    written.write_bytes(content[: min(last + cut, len(content) - 1)])
    journal = read(written)
    assert [event.type for event in journal.events] == ["run.opened", "note.written"]
    assert journal.torn
    assert journal.closed is None


def test_a_last_line_of_garbage_is_left_out(written: Path) -> None:
    """A disk may return zeros for what was not synced."""
    with written.open("ab") as file:
        file.write(b"\0" * 50 + b"\n")
    assert read(written).torn
    assert len(read(written).events) == 3


def damage_middle(lines: list[str]) -> list[str]:
    """A line that is no event."""
    return [lines[0], "{}", lines[2]]


def drop_middle(lines: list[str]) -> list[str]:
    """A line too few."""
    return [lines[0], lines[2]]


def from_the_future(lines: list[str]) -> list[str]:
    """A journal of a newer lab, with a field that this one doesn't know."""
    return [lines[0].replace('"schema_version":2', '"schema_version":3,"new":true'), *lines[1:]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (damage_middle, "journal.jsonl:2: not a journal line"),
        (drop_middle, "journal.jsonl:2: seq is 2, expected 1: a line is missing"),
        (from_the_future, "schema 3, this lab reads up to 2: it was written by a newer lab"),
    ],
)
def test_damage_is_told_with_its_line(
    written: Path, change: Callable[[list[str]], list[str]], said: str
) -> None:
    """Nothing is guessed about a journal that is not as it was written."""
    written.write_text("\n".join(change(written.read_text().splitlines())) + "\n")
    with pytest.raises(JournalError) as caught:
        read(written)
    assert said in str(caught.value)


def test_no_journal_is_told(tmp_path: Path) -> None:
    """A missing file is an error, an empty one a run that wrote nothing."""
    with pytest.raises(JournalError, match="can't be read"):
        read(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_bytes(b"")
    assert read(tmp_path / "empty.jsonl").opened is None


def test_a_journal_that_someone_else_went_on_with_is_written_no_more(tmp_path: Path) -> None:
    """The watchdog ended it while its owner hung: the owner, awake again, can't add a line after the last one."""
    path = tmp_path / "journal.jsonl"
    with JournalWriter(path) as journal:
        journal.write(NoteWritten(by="lab", role="lab", kind="note", text="mine"))
        with path.open("a") as other:
            other.write('{"type":"run.closed"}\n')
        before = path.read_bytes()
        with pytest.raises(JournalError, match="someone else wrote here"):
            journal.write(NoteWritten(by="lab", role="lab", kind="note", text="too late"))
    assert path.read_bytes() == before
