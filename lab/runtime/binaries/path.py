"""A program that is on this machine already: named by an environment variable, on PATH, or beside another one."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from lab.runtime.binaries.source import Say, UnavailableError, Wanted, verified


@dataclass(frozen=True, slots=True)
class OnPath:
    """The first ``command`` on PATH."""

    command: str
    name: str = "PATH"

    def get(self, wanted: Wanted, say: Say) -> Path:  # noqa: ARG002 - has nothing to say
        """Look it up."""
        found = shutil.which(self.command)
        if found is None:
            raise UnavailableError(f"no {self.command} on PATH")
        return verified(Path(found), wanted)


@dataclass(frozen=True, slots=True)
class Beside:
    """In the folder of another program, also of what that is a link to: releases have them in one folder."""

    other: Path

    @property
    def name(self) -> str:
        """The other one's folder."""
        return f"beside {self.other}"

    def get(self, wanted: Wanted, say: Say) -> Path:  # noqa: ARG002 - has nothing to say
        """Look it up."""
        for folder in dict.fromkeys((self.other.parent, self.other.resolve().parent)):
            if (folder / wanted.name).exists():
                return verified(folder / wanted.name, wanted)
        raise UnavailableError(f"no {wanted.name} there")


def override(variable: str, wanted: Wanted) -> Path | None:
    """The program that the user names; None: names none. A wrong one is an error.

    Raises:
        UnavailableError: it is missing, doesn't start or has the wrong version.
    """
    named = os.environ.get(variable)
    return verified(Path(named), wanted) if named else None
