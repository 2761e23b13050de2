"""``python -m lab.runtime.binaries``: get the programs that the embedded runtime needs, and say where.

A line ``name: path (seconds)`` for each. Without Toxiproxy nothing works: exit code 4. Without one of the others only
drills that monitor don't: that is said, and no failure.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from lab.runtime.base import SetupError
from lab.runtime.binaries.find import find_alertmanager, find_prometheus, find_toxiproxy


def main() -> int:
    """Find or make each; 0, or 4 with what was tried."""
    ready = _get("toxiproxy", find_toxiproxy, str)
    for name, find in (("prometheus", find_prometheus), ("alertmanager", find_alertmanager)):
        _get(name, find, _in_one_line)
    return 0 if ready else 4


def _get(name: str, find: Callable[[], Path], told: Callable[[SetupError], str]) -> bool:
    began = time.monotonic()
    try:
        found = find()
    except SetupError as error:
        sys.stderr.write(f"setup: {told(error)}\n")
        return False
    sys.stdout.write(f"{name}: {found} ({time.monotonic() - began:.1f} s)\n")
    return True


def _in_one_line(error: SetupError) -> str:
    return "; ".join(line.strip() for line in str(error).splitlines()).replace(":; ", ": ")


if __name__ == "__main__":
    sys.exit(main())
