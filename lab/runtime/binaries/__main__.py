"""``python -m lab.runtime.binaries``: get the programs that the embedded runtime needs, and say where."""

import sys
import time

from lab.runtime.base import SetupError
from lab.runtime.binaries.find import find_toxiproxy


def main() -> int:
    """Find or build; 0, or 4 with what was tried."""
    began = time.monotonic()
    try:
        found = find_toxiproxy()
    except SetupError as error:
        sys.stderr.write(f"setup: {error}\n")
        return 4
    sys.stdout.write(f"toxiproxy: {found} ({time.monotonic() - began:.1f} s)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
