"""``python -m lab.session RUN_FOLDER``: the process behind ``lab up``."""

import asyncio
import json
import sys
from pathlib import Path

from lab.analysis import Timeline
from lab.drillfile import Drill
from lab.runner import Aborted
from lab.runs.folder import RunFolder
from lab.runs.home import lab_home
from lab.runtime.base import SetupError
from lab.session.bring_up import open_session
from lab.session.interrupts import interruptible
from lab.session.request import Request
from lab.session.run import judge_run, save_environment


async def serve(request: Request, folder: RunFolder) -> None:
    """A living lab with its load on, until somebody asks it to end."""
    save_environment(request, folder)
    with interruptible(lambda text: print(text, flush=True)) as stop:  # noqa: T201 - its output is the log
        async with open_session(request, folder, Timeline(), stop) as session:
            await session.start_load()
            await session.down.wait()


def main() -> None:
    """Run what was written into the run folder, then judge what was seen."""
    folder = RunFolder(Path(sys.argv[1]))
    asked = json.loads(folder.asked.read_text())
    request = Request(lab_home(), Drill.model_validate(asked["drill"]), asked["runtime"], measured=False)
    try:
        asyncio.run(serve(request, folder))
    except (SetupError, Aborted) as error:
        sys.exit(f"lab: {error}")
    except asyncio.CancelledError:
        sys.exit(130)
    finally:
        judge_run(folder)


if __name__ == "__main__":
    main()
