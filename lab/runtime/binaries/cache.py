"""The lab's cache, shared by all checkouts of a user: ``$XDG_CACHE_HOME/retry-storm-lab/bin``."""

import os
from dataclasses import dataclass
from pathlib import Path

from lab.runtime.binaries.source import Say, UnavailableError, Wanted, verified


def cache_folder() -> Path:
    """``~/.cache/retry-storm-lab``, or beneath ``$XDG_CACHE_HOME``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "retry-storm-lab"


@dataclass(frozen=True, slots=True)
class Cache:
    """Programs that were built before, one file a version."""

    folder: Path
    name: str = "the lab's cache"

    def place(self, wanted: Wanted) -> Path:
        """Where a program of this version lies or would lie."""
        return self.folder / "bin" / f"{wanted.name}-{wanted.version}"

    def get(self, wanted: Wanted, say: Say) -> Path:  # noqa: ARG002 - has nothing to say
        """Look it up."""
        place = self.place(wanted)
        if not place.exists():
            raise UnavailableError(f"no {place}")
        return verified(place, wanted)
