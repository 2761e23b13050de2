"""``python -m lab.cli.living_lab RUN_FOLDER``: the process behind ``lab up``; its output is the lab's log."""

import asyncio
import json
import sys
from pathlib import Path

from chaos.errors import ChaosError
from lab.cli.exits import Exit
from lab.cli.interrupts import interruptible
from lab.drillfile import Drill
from lab.journal import JournalError
from lab.probes.control import ControlError
from lab.runner import Aborted, Interrupted
from lab.runs.folder import RunFolder, RunFolderError
from lab.runs.home import lab_home
from lab.runtime.base import SetupError
from lab.session import Request, judge_run, open_host

EARLY = (SetupError, Aborted, ChaosError, ControlError, JournalError, RunFolderError)


async def serve(request: Request, folder: RunFolder) -> None:
    """A living lab with its load on, until it is asked to end."""
    with interruptible(lambda text: print(text, flush=True)) as stop:  # noqa: T201 - its output is the log
        async with open_host(request, folder, stop) as host:
            await host.until_down()


def main() -> None:
    """Run what was written into the run folder, then judge what was seen.

    The last line says why it ended early: whoever started it shows that. Where there is no journal there is
    nothing to judge.
    """
    folder = RunFolder(Path(sys.argv[1]))
    asked = json.loads(folder.asked.read_text())
    request = Request(
        lab_home(), Drill.model_validate(asked["drill"]), asked["runtime"], purpose="interactive"
    )
    try:
        asyncio.run(serve(request, folder))
        early: str | int = int(Exit.PASS)
    except EARLY as error:
        early = f"lab: {error}"
    except (Interrupted, asyncio.CancelledError):
        early = int(Exit.INTERRUPTED)
    if folder.journal.exists():
        try:
            judge_run(folder)
        except (RunFolderError, JournalError) as unjudged:
            print(f"lab: {unjudged}", flush=True)  # noqa: T201 - the log
    sys.exit(early)


if __name__ == "__main__":
    main()
