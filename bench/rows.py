"""The rows that were measured, kept as JSON lines: a benchmark that was interrupted goes on where it was."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_COMMIT = ("git", "rev-parse", "--short", "HEAD")
_CHANGED = ("git", "status", "--porcelain", "--", ".", ":!docs")


@dataclass(frozen=True, slots=True)
class Rows:
    """``file`` holds the rows, ``folder`` the run folders that they come from."""

    file: Path
    folder: Path

    def of(self, **fields: object) -> list[Row]:
        """All rows with these fields."""
        return [row for row in self._all() if fields.items() <= row.items()]

    def add(self, row: Row) -> None:
        """Keep one more, with the commit that it was measured on and the machine's load average then, and say so."""
        row = {**row, "commit": commit(), "load_average": round(os.getloadavg()[0], 2)}
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)  # noqa: T201 - progress of a command

    def rewrite(self, change: Callable[[Row], Row]) -> None:
        """Put another row in each one's place; all of them, or none."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text("".join(json.dumps(change(row)) + "\n" for row in self._all()), encoding="utf-8")
        fresh.replace(self.file)

    def _all(self) -> Iterator[Row]:
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)


def commit() -> str:
    """The commit that is checked out, with ``-dirty`` when files other than the docs differ from it."""
    return _git(_COMMIT) + ("-dirty" if _git(_CHANGED) else "")


def _git(command: Sequence[str]) -> str:
    root = Path(__file__).parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=10, check=False)
    return done.stdout.strip()
