"""What a source of a program is, and how a program shows that it is the right one."""

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from chaos.lab_error import LabError

ASK_DEADLINE_S = 10.0
Say = Callable[[str], None]


class UnavailableError(LabError):
    """This source can't give the program; the message says why. The next one is asked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A program and which versions of it will do.

    Args:
        name: what it calls itself when asked for its version.
        version: the oldest that will do, pinned in compose/.env.
        below_major: the first major version that won't do any more.
        remedy: what to do where there is none.
    """

    name: str
    version: str
    below_major: int
    remedy: str

    @property
    def range(self) -> str:
        """The versions that will do, for messages."""
        return f"{self.version} or newer, below {self.below_major}"

    def accepts(self, version: str) -> bool:
        """Whether a version will do."""
        found = _numbers(version)
        return found >= _numbers(self.version) and found[0] < self.below_major


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
    """Start the program with ``--version`` and compare.

    Raises:
        UnavailableError: it doesn't start, is another program, or is of a version that won't do.
    """
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=ASK_DEADLINE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"{program} doesn't start: {_why(program, error)}") from error
    said = (answer.stdout + answer.stderr).strip()
    if answer.returncode:
        raise UnavailableError(f"{program} --version ended with {answer.returncode}: {said[-300:]}")
    version = re.search(rf"^{re.escape(wanted.name)}[\w-]*,? version v?(\d+(?:\.\d+)+)", said, re.MULTILINE)
    if version is None:
        first = said.partition("\n")[0][:100]
        raise UnavailableError(f"{program} is no {wanted.name}: asked for its version it says {first!r}")
    if not wanted.accepts(version[1]):
        raise UnavailableError(f"{program} is {wanted.name} {version[1]}; wanted: {wanted.range}")
    return program


def _why(program: Path, error: OSError | subprocess.TimeoutExpired) -> str:
    """In words that lead somewhere: a file that may be executed lies where nothing is."""
    if not isinstance(error, PermissionError) or not os.statvfs(program).f_flag & os.ST_NOEXEC:
        return str(error)
    return "its file system is mounted with noexec. Set XDG_CACHE_HOME to a folder on another one, or put it on PATH"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
