"""What a source of a program is, and how a program shows that it is the right one."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ASK_DEADLINE_S = 10.0
Say = Callable[[str], None]


class UnavailableError(Exception):
    """This source can't give the program; the message says why. The next one is asked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A program and its pinned version. A newer one of the same major version will do, an older one won't."""

    name: str
    version: str

    def accepts(self, version: str) -> bool:
        """Whether a version will do."""
        found, pinned = _numbers(version), _numbers(self.version)
        return found[:1] == pinned[:1] and found >= pinned


class Source(Protocol):
    """A place that a program can come from."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        ...

    def get(self, wanted: Wanted, say: Say) -> Path:
        """The program's path, after whatever it takes to get it.

        Raises:
            UnavailableError: not from here.
        """
        ...


def verified(program: Path, wanted: Wanted) -> Path:
    """Start the program with ``-version`` and compare.

    Raises:
        UnavailableError: it doesn't start, or is of a version that won't do.
    """
    try:
        answer = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=ASK_DEADLINE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"{program} doesn't start: {error}") from error
    said = (answer.stdout + answer.stderr).strip()
    if answer.returncode:
        raise UnavailableError(f"{program} -version ended with {answer.returncode}: {said[-300:]}")
    version = re.search(r"version v?(\d+(?:\.\d+)+)", said)
    if version is None or not wanted.accepts(version[1]):
        shown = version[1] if version else repr(said[:100])
        raise UnavailableError(
            f"{program} is version {shown}, not {wanted.version} or a newer {wanted.version[0]}.x"
        )
    return program


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
