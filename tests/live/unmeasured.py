"""``python -m tests.live.unmeasured DRILL RUNTIME FOLDER``: as ``lab run``, but it takes no turn at the machine.

Its figures aren't the point, so several may run side by side, and beside a measured drill.
"""

import asyncio
import sys
from functools import partial
from pathlib import Path

from rich.console import Console

from lab.campaign import run_alone
from lab.cli.exits import explained
from lab.cli.interrupts import interruptible
from lab.cli.showing import Showing
from lab.drillfile import load_drill
from lab.session import Request, known_services
from tests.checkout import HOME


def main(drill: Path, runtime: str, folder: Path) -> None:
    """Run it to its verdict and leave with its exit code."""
    with explained():
        asked = load_drill(drill, services=known_services())
        request = Request(HOME, asked, runtime, folder, takes_turns=False)
        with Showing(Console()) as showing:
            result = asyncio.run(run_alone(request, partial(interruptible, showing.say), showing))
        sys.stdout.write(f"{result.verdict.verdict}: {result.error or 'it ran to its end'}\n")
        raise SystemExit(result.exit_code)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
