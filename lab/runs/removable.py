"""Which of the kept runs may be removed: never one that lives, is about to, or waits for ``lab recover``."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chaos.ledger.ledger import is_closed
from lab.journal.being_written import being_written

if TYPE_CHECKING:
    from lab.runs.folder import RunFolder

STARTING_S = 600.0
"""A folder without a journal that is younger is about to get one."""


def removable(runs: Sequence["RunFolder"], keep: int) -> list["RunFolder"]:
    """The idle runs without the newest ``keep``; nothing that is newer than a drill that runs: it may be its variant.

    Args:
        runs: oldest first.
        keep: how many idle ones stay.
    """
    alive = [run for run in runs if is_living(run)]
    drills = [run.name for run in alive if not run.interactive]
    idle = [run for run in runs if run not in alive and is_closed(run.ledger)]
    old = idle[: max(0, len(idle) - keep)]
    return [run for run in old if not drills or run.name < min(drills)]


def is_living(run: "RunFolder") -> bool:
    """Whether someone writes its journal, or is about to begin it."""
    if being_written(run.journal):
        return True
    try:
        young = time.time() - run.path.stat().st_mtime < STARTING_S
    except OSError:
        return False
    return young and not run.journal.exists()
