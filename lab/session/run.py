"""A drill from request to verdict: the session in the foreground, then what its journal comes to."""

import asyncio
import json
import shutil
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import distributions

from chaos.errors import ChaosError
from lab.analysis import Timeline, Verdict, exit_code, judge, summarise
from lab.journal import Journal, JournalError, read
from lab.journal.events import Event
from lab.probes.control import ControlError
from lab.report.html import write_report
from lab.report.junit import write_junit
from lab.runner import Aborted, AbortedByUser, NotSteady, run_drill
from lab.runs.folder import RunFolder, RunFolderError
from lab.runs.truncated import end_cut_off
from lab.runtime.base import SetupError
from lab.session.bring_up import open_session
from lab.session.request import Request
from lab.session.stop import Stop

EXPECTED = (NotSteady, Aborted, SetupError, ChaosError, ControlError, JournalError, asyncio.CancelledError)
"""Ways to end early that the journal tells; of anything else, a fault of ours, the traceback is kept as well."""


@dataclass(frozen=True, slots=True)
class Result:
    """A finished run. ``error``: what ended it early, in words; ``aborted``: somebody asked for that end."""

    folder: RunFolder
    timeline: Timeline
    verdict: Verdict
    exit_code: int
    error: str | None = None
    aborted: bool = False


async def run_once(
    request: Request, folder: RunFolder, timeline: Timeline, stop: Stop, listener: Callable[[Event], None]
) -> Result:
    """Run a drill and judge it from its journal. A cancelled run is rolled back and judged as far as it came.

    Raises:
        SetupError: nothing could be begun, not even a journal.
        RunFolderError: verdict and report could not be written; says what had happened before.
    """
    save_environment(request, folder)
    error: str | None = None
    aborted = False
    try:
        async with open_session(request, folder, timeline, stop, listener) as session:
            await run_drill(session, request.drill)
    except EXPECTED as early:
        if not folder.journal.exists():
            raise
        error, aborted = str(early) or type(early).__name__, isinstance(early, AbortedByUser)
    except Exception as fault:  # noqa: BLE001 - it was rolled back, and is told: exit code 5
        log = folder.logs / "lab.log"
        error = f"the lab broke: {type(fault).__name__}: {fault}"
        with suppress(OSError):
            log.write_text(traceback.format_exc())
            error += f"\nThe traceback is in {log}"
    try:
        return replace(judge_run(folder), error=error, aborted=aborted)
    except OSError as unwritten:
        before = f"{error}\n" if error else ""
        raise RunFolderError(
            f"{before}verdict and report can't be written to {folder.path}: {unwritten.strerror or unwritten}. "
            f"Free some space, then make them by `lab report {folder.path}`"
        ) from unwritten


def judge_run(folder: RunFolder) -> Result:
    """Verdict, report and JUnit of a run, from its journal alone; written into its folder."""
    journal, result = _judge(folder)
    timeline, verdict = result.timeline, result.verdict
    environment = json.loads((folder.path / "environment.json").read_text())
    environment.pop("packages")  # the file has them all; the page tells those that matter, from the journal
    if timeline.drill is not None:
        write_report(
            folder.report, timeline.drill, timeline, verdict, environment,
            events=journal.events, summary=summarise(verdict),
        )  # fmt: skip
    write_junit(folder.junit, verdict, took_s=timeline.now_s)
    return result


def judge_folder(folder: RunFolder) -> Result:
    """The verdict alone, into the run's folder: one of many runs has no page of its own until it is asked for."""
    return _judge(folder)[1]


def _judge(folder: RunFolder) -> tuple[Journal, Result]:
    end_cut_off(folder)
    journal: Journal = read(folder.journal)
    timeline = Timeline.fold(journal.events)
    verdict = judge(timeline)
    folder.verdict.write_text(verdict.model_dump_json(indent=2, by_alias=True) + "\n")
    return journal, Result(folder, timeline, verdict, exit_code(verdict, journal.closed))


def save_environment(request: Request, folder: RunFolder) -> None:
    """Put the drill as resolved and what it ran on beside the journal."""
    drill = request.drill
    resolved = f"# as resolved: seed {drill.seed}, rate {drill.load.rate_rps:g} /s\n"
    (folder.path / "drill.yaml").write_text(resolved + drill.text)
    facts = {
        "schema": 1,
        "runtime_asked": request.runtime,
        "seed": drill.seed,
        "rate_rps": drill.load.rate_rps,
        "packages": {d.metadata["Name"]: d.version for d in distributions()},
        "tools": {name: bool(shutil.which(name)) for name in ("docker", "go", "ss")},
    }
    (folder.path / "environment.json").write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n")
