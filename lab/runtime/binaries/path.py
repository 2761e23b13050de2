"""A program that is on this machine already: named by an environment variable, or on PATH."""

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


def override(variable: str, wanted: Wanted) -> Path | None:
    """The program that the user names; None: names none. A wrong one is an error.

    Raises:
        UnavailableError: it is missing, doesn't start or has the wrong version.
    """
    named = os.environ.get(variable)
    return verified(Path(named), wanted) if named else None
