"""From a run's journal to its verdict, page and JUnit: the journal alone decides."""

import json
from contextlib import suppress
from dataclasses import dataclass

from chaos.process.files import replace_text
from lab.analysis import Timeline, Verdict, exit_code, judge, summarise
from lab.journal import Journal, read
from lab.report.html import write_report
from lab.report.junit import write_junit
from lab.runs.folder import RunFolder, RunFolderError
from lab.runs.truncated import end_truncated


@dataclass(frozen=True, slots=True)
class Result:
    """A finished run.

    Attributes:
        error: what ended it early, in words.
        aborted: a person asked for that end.
        last: an end was asked for when this run was all but over: it stands, and no other is to be begun.
    """

    folder: RunFolder
    timeline: Timeline
    verdict: Verdict
    exit_code: int
    error: str | None = None
    aborted: bool = False
    last: bool = False


def judge_run(folder: RunFolder) -> Result:
    """Verdict, page and JUnit of a run, written into its folder.

    Raises:
        RunFolderError: they can't be written; says where and what to do.
        JournalError: the journal can't be read.
    """
    journal, result = judged(folder)
    write_files(journal, result)
    return result


def judge_folder(folder: RunFolder) -> Result:
    """The verdict alone, into the run's folder: one of many runs has no page of its own until it is asked for.

    Raises:
        RunFolderError: it can't be written; says where and what to do.
        JournalError: the journal can't be read.
    """
    _, result = judged(folder)
    try:
        _write_verdict(result)
    except OSError as error:
        raise _unwritten(folder, error) from error
    return result


def judged(folder: RunFolder) -> tuple[Journal, Result]:
    """The journal and its judgement; nothing is written but the end of a journal whose writer was killed.

    Raises:
        JournalError: the journal can't be read.
    """
    with suppress(OSError):  # a full disk: then the journal has no end, which is judged as such
        end_truncated(folder)
    journal: Journal = read(folder.journal)
    timeline = Timeline.fold(journal.events)
    verdict = judge(timeline)
    return journal, Result(folder, timeline, verdict, exit_code(verdict, journal.closed))


def write_files(journal: Journal, result: Result) -> None:
    """Write what a run came to into its folder.

    Raises:
        RunFolderError: it can't be written; says where and what to do.
    """
    folder, timeline, verdict = result.folder, result.timeline, result.verdict
    try:
        _write_verdict(result)
        environment = json.loads((folder.path / "environment.json").read_text())
        environment.pop(
            "packages"
        )  # the file has them all; the page shows those that matter, from the journal
        if timeline.drill is not None:
            write_report(
                folder.report, timeline.drill, timeline, verdict, environment,
                events=journal.events, summary=summarise(verdict, timeline),
            )  # fmt: skip
        write_junit(folder.junit, verdict, took_s=timeline.now_s)
    except OSError as error:
        raise _unwritten(folder, error) from error


def _write_verdict(result: Result) -> None:
    text = result.verdict.model_dump_json(indent=2, by_alias=True)
    replace_text(result.folder.verdict, text + "\n")


def _unwritten(folder: RunFolder, error: OSError) -> RunFolderError:
    return RunFolderError(
        f"verdict and report can't be written to {folder.path}: {error.strerror or error}. "
        f"Free some space, then make them by `lab report {folder.path}`"
    )
