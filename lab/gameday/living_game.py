"""``python -m lab.gameday.living_game RUN_FOLDER``: the process behind ``lab gameday start``; its output is the log."""

import asyncio
import json
import sys
from pathlib import Path

from chaos.errors import ChaosError
from lab.analysis.score import GameError
from lab.cli.exits import Exit
from lab.cli.interrupts import interruptible
from lab.drillfile import Drill
from lab.exercise.play import play, review
from lab.exercise.seal import SealedGame, open_seal
from lab.journal import JournalError
from lab.probes.control import ControlError
from lab.runner import Aborted, Interrupted
from lab.runs.folder import RunFolder, RunFolderError
from lab.runs.home import lab_home
from lab.runtime.base import SetupError
from lab.session import Request, judge_run

EARLY = (SetupError, Aborted, ChaosError, ControlError, JournalError, RunFolderError)


async def serve(request: Request, folder: RunFolder, game: SealedGame) -> None:
    """The game, until it is over or is asked to end."""
    with interruptible(say) as stop:
        await play(request, folder, game, stop)


def main() -> None:
    """Play what was sealed into the run folder; then judge the run and write the review.

    The last line says why it ended early: whoever started it shows that.
    """
    folder = RunFolder(Path(sys.argv[1]))
    asked = json.loads(folder.asked.read_text())
    request = Request(
        lab_home(), Drill.model_validate(asked["drill"]), asked["runtime"], purpose="interactive"
    )
    early: str | int = int(Exit.PASS)
    try:
        asyncio.run(serve(request, folder, open_seal(folder)))
    except EARLY as error:
        early = f"lab: {error}"
    except (Interrupted, asyncio.CancelledError):
        early = int(Exit.INTERRUPTED)
    if folder.journal.exists():
        written(folder)
    sys.exit(early)


def written(folder: RunFolder) -> None:
    """The review first, which is what people wait for; then verdict and report: neither needs the other."""
    for part in (review, judge_run):
        try:
            part(folder)
        except (RunFolderError, JournalError, GameError) as unjudged:
            say(f"lab: {unjudged}")


def say(text: str) -> None:
    """Into the log."""
    print(text, flush=True)  # noqa: T201 - its output is the log


if __name__ == "__main__":
    main()
