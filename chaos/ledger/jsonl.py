"""JSON lines that survive a kill -9: appended whole and synced; a torn last line counts as not written."""

import json
import os
from pathlib import Path
from typing import Any


def append_line(path: Path, line: dict[str, Any]) -> None:
    """Append one line and sync it to disk. The file must exist."""
    data = json.dumps(line, separators=(",", ":")).encode() + b"\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    try:
        before = os.fstat(descriptor).st_size
        written = os.write(descriptor, data)
        if written < len(data):  # the disk is full: leave no half line behind
            os.ftruncate(descriptor, before)
            raise OSError(f"only {written} of {len(data)} bytes of a line fit into {path}")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """All whole lines.

    Raises:
        ValueError: a line that is not the last is no JSON.
    """
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1] if line]


def last_line(path: Path) -> dict[str, Any]:
    """The last whole line; empty if there is none. What stands before it is not looked at."""
    whole = path.read_bytes().rstrip(b"\n").rpartition(b"\n")[2]
    return dict(json.loads(whole)) if whole else {}


def cut_torn_line(path: Path) -> None:
    """Remove what follows the last newline, so that the next line stands on its own."""
    with path.open("rb+") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            file.truncate(whole)
            file.flush()
            os.fsync(file.fileno())
