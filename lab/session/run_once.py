"""A drill from request to verdict, on a lab of its own: judged from its journal, however it ended."""

import asyncio
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from chaos.errors import ChaosError
from lab.analysis import Timeline
from lab.analysis.verdict.verdict import BROKEN
from lab.journal import JournalError
from lab.journal.events import Event
from lab.probes.control import ControlError
from lab.runner import Aborted, AbortedByUser, Interrupted, NotSteady
from lab.runs.folder import RunFolder, RunFolderError
from lab.runtime.base import SetupError
from lab.session.bring_up import open_host
from lab.session.judged import Result, judged, write_files
from lab.session.request import Request
from lab.session.run_outcome import RunOutcome
from lab.session.stop import Stop
from lab.session.taken_over import TAKEN_OVER, ended_by_watchdog

EXPECTED = (
    NotSteady,
    Aborted,
    Interrupted,
    SetupError,
    RunFolderError,
    ChaosError,
    ControlError,
    JournalError,
    asyncio.CancelledError,
)
"""Ways to end early that the journal explains; of anything else, a fault of ours, the traceback is kept as well."""


async def run_once(
    request: Request,
    folder: RunFolder,
    timeline: Timeline,
    stop: Stop,
    listener: Callable[[Event], None] | None = None,
) -> Result:
    """Run a drill and judge it from its journal. A cancelled run is rolled back and judged as far as it came.

    What went wrong after its last phase, when it was taken down or when its files were written, is in the result's
    ``error``, and its exit code is 5.

    Raises:
        SetupError: nothing could be begun, not even a journal.
        RunFolderError: the run folder can't be written to begin with.
    """
    early: BaseException | None
    try:
        async with open_host(request, folder, stop, listener, timeline) as host:
            await host.drill()
        early = host.ending.error
    except (Exception, asyncio.CancelledError) as ended:  # it was rolled back, and is reported
        if not folder.journal.exists():
            raise
        early = ended
    if isinstance(early, TAKEN_OVER):
        await ended_by_watchdog(folder.journal)
    said = [] if early is None else [_in_words(early, folder)]
    journal, result = judged(folder)
    result = replace(result, aborted=isinstance(early, AbortedByUser))
    if early is not None and _broke(early):
        result = replace(result, exit_code=BROKEN)
    try:
        write_files(journal, result)
    except RunFolderError as unwritten:
        said.append(str(unwritten))
        result = replace(result, exit_code=BROKEN)
    return replace(result, error="\n".join(said) or None)


def _broke(error: BaseException) -> bool:
    """Whether the lab broke. Where the watchdog has taken the run over, its last line in the journal says so or not."""
    if isinstance(error, TAKEN_OVER):
        return False
    ending = RunOutcome()
    ending.record(error)
    return ending.outcome == "broken"


def _in_words(error: BaseException, folder: RunFolder) -> str:
    if isinstance(error, EXPECTED):
        return str(error) or type(error).__name__
    words = f"the lab broke: {type(error).__name__}: {error}"
    log = folder.logs / "lab.log"
    with suppress(OSError):
        log.write_text("".join(traceback.format_exception(error)))
        words += f"\nThe traceback is in {log}"
    return words
