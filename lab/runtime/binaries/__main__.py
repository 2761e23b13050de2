"""``python -m lab.runtime.binaries [NAME]...``: get programs that the embedded runtime needs, and say where.

A line ``name: path (seconds)`` for each; without names for Toxiproxy, which every drill needs. Exit code 4: one of them
can't be had; it says what was tried.
"""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from lab.runtime.base import SetupError
from lab.runtime.binaries.find import (
    find_alertmanager,
    find_amtool,
    find_prometheus,
    find_promtool,
    find_toxiproxy,
)

FINDERS: Mapping[str, Callable[[], Path]] = {
    "toxiproxy": find_toxiproxy,
    "prometheus": find_prometheus,
    "promtool": find_promtool,
    "alertmanager": find_alertmanager,
    "amtool": find_amtool,
}


def main(names: list[str]) -> int:
    """Find or make each; 0, 3 for an unknown name, or 4."""
    unknown = [name for name in names if name not in FINDERS]
    if unknown:
        sys.stderr.write(f"setup: no program {', '.join(unknown)}; there are {', '.join(FINDERS)}\n")
        return 3
    got = [_get(name) for name in names or ["toxiproxy"]]  # one that lacks keeps no other away
    return 0 if all(got) else 4


def _get(name: str) -> bool:
    began = time.monotonic()
    try:
        found = FINDERS[name]()
    except SetupError as error:
        sys.stderr.write(f"setup: {error}\n")
        return False
    sys.stdout.write(f"{name}: {found} ({time.monotonic() - began:.1f} s)\n")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
