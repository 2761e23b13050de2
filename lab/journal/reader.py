"""Reads a journal back: every whole line, also after the writer was killed in the middle of one."""

import json
from dataclasses import dataclass
from pathlib import Path

from lab.journal.events import EVENT, SCHEMA, Event, RunClosed, RunOpened
from lab.journal.journal_error import JournalError
from lab.journal.upgrade import upgrade_line, upgraded


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal as found on disk. ``torn``: the last line was truncated and left out."""

    events: tuple[Event, ...]
    torn: bool

    @property
    def closed(self) -> RunClosed | None:
        """The line that ends a run; None when the run was truncated, or still lasts."""
        last = self.events[-1] if self.events else None
        return last if isinstance(last, RunClosed) else None

    @property
    def opened(self) -> RunOpened | None:
        """The line that begins a run; None when nothing was written."""
        first = self.events[0] if self.events else None
        return first if isinstance(first, RunOpened) else None


def read(path: Path) -> Journal:
    """Read a journal up to its last whole line; one of an earlier schema in the words of this one.

    Raises:
        JournalError: no such file, a newer schema, a damaged line before the last, a line missing.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise JournalError(f"{path}: the journal can't be read: {error.strerror}") from error
    *lines, rest = content.split(b"\n")
    version = _schema(path, lines)
    events: list[Event] = []
    for number, line in enumerate(lines, start=1):
        event = _event(line, version)
        if event is None and number == len(lines) and not rest:
            return Journal(tuple(events), torn=True)
        if event is None:
            raise JournalError(f"{path}:{number}: not a journal line: the file is damaged before its end")
        if event.seq != number - 1:
            raise JournalError(
                f"{path}:{number}: seq is {event.seq}, expected {number - 1}: a line is missing"
            )
        events.append(upgraded(event))
    return Journal(tuple(events), torn=bool(rest))


def _event(line: bytes, version: int) -> Event | None:
    try:
        if version == SCHEMA:
            return EVENT.validate_json(line)
        return EVENT.validate_python(upgrade_line(json.loads(line)))
    except ValueError:  # of JSON, or of the model
        return None


def _schema(path: Path, lines: list[bytes]) -> int:
    """The journal's version; refuses what a newer lab wrote before anything else about it is taken for damage."""
    try:
        first = json.loads(lines[0]) if lines else None
    except ValueError:
        return SCHEMA
    version = first.get("schema_version") if isinstance(first, dict) else None
    if not isinstance(version, int):
        return SCHEMA
    if version > SCHEMA:
        raise JournalError(
            f"{path}: the journal has schema {version}, this lab reads up to {SCHEMA}: "
            "it was written by a newer lab; update this one"
        )
    return version
