"""A run's mark: what its processes, containers and networks carry, and no other run's do.

A run's name alone is not enough: two runs of one name in two folders (``--out``) would take each other down.
"""

import hashlib
import os
from pathlib import Path

VARIABLE = "LAB_RUN"
"""The environment variable of a run's processes; the topology puts it into the label."""

LABEL = "retry-storm-lab.run"
"""The label of a run's containers, networks and volumes."""

LONGEST_NAME = 60


def run_mark(run: str, folder: Path) -> str:
    """``<run>-<8 hex digits of its folder's path>``; of a long name the end is kept, so that it fits a file's name."""
    path = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()
    return f"{run[-LONGEST_NAME:]}-{path[:8]}"
