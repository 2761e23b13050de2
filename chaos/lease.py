"""A lease: faults live only while their owner renews it. A file, so that the watchdog needs no one's answer.

The clock is CLOCK_MONOTONIC: it stands still while the machine is suspended, as the owner does.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from chaos.errors import UnguardedError
from chaos.process.files import read_json, write_json
from chaos.process.identity import is_alive, started_ticks

LEASE_S = 5.0


class LeaseLostError(UnguardedError):
    """The watchdog has taken over: this process owns nothing any more, and must not change the world."""


@dataclass(slots=True)
class Lease:
    """The owner's side. ``path`` is ``<run folder>/lease``; ``until_s`` on CLOCK_MONOTONIC."""

    path: Path
    length_s: float = LEASE_S
    until_s: float = 0.0

    def renew(self) -> None:
        """Hold it for ``length_s`` more seconds; several times within that, from the loop that must not hang.

        Raises:
            LeaseLostError: it expired before, and the watchdog has taken over.
        """
        self.check()
        self.until_s = time.monotonic() + self.length_s
        pid = os.getpid()
        mine = {"pid": pid, "started_ticks": started_ticks(pid)}
        write_json(self.path, {"until_s": self.until_s, "length_s": self.length_s, **mine})
        self.check()

    def check(self) -> None:
        """Whether this process may change the world.

        Raises:
            LeaseLostError: no.
        """
        if _taken(self.path).exists():
            raise LeaseLostError(
                f"the lease {self.path} had expired; the watchdog rolls back and ends the run"
            )

    @property
    def held(self) -> bool:
        """Renewed, not expired, not taken."""
        return time.monotonic() < self.until_s and not _taken(self.path).exists()


def why_expired(path: Path) -> str | None:
    """Why the owner can't be trusted any more; None while it can. The watchdog's side."""
    lease = read_json(path)
    if lease is None:
        return "there is no lease"
    if not is_alive(lease["pid"], lease["started_ticks"]):
        return f"the owner, process {lease['pid']}, is gone"
    late_s = time.monotonic() - float(lease["until_s"])
    hung_s = float(lease.get("length_s", LEASE_S)) + late_s  # since it renewed the last time
    return f"the owner, process {lease['pid']}, has hung for {hung_s:.1f} s" if late_s > 0 else None


def take(path: Path) -> None:
    """Take the lease over for good: an owner that wakes up finds it lost."""
    _taken(path).touch()


def _taken(path: Path) -> Path:
    return path.with_name(f"{path.name}.taken")
