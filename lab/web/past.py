"""Past runs: the kept ones, newest first, and their reports."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.remote.client import listens
from lab.report import headline_figures as figures
from lab.report.words import clean
from lab.runs.folder import RunFolder, list_runs
from lab.web.ending import report_url

MOST = 200
"""Runs on the page."""


@dataclass(frozen=True, slots=True)
class Past:
    """A line of the list; ``report`` is empty where there is none."""

    name: str
    drill: str
    runtime: str
    word: str
    key: str
    recovery: str
    report: str


def past_runs(home: Path, wanted: str) -> list[Past]:
    """The runs that have all the words that are searched for, in their name, drill, runtime or verdict."""
    words = wanted.lower().split()
    found = (_past(run) for run in reversed(list_runs(home)))
    kept = (one for one in found if all(word in _text(one) for word in words))
    return [one for one, _ in zip(kept, range(MOST), strict=False)]


def report_of(home: Path, name: str) -> Path | None:
    """The report of a kept run by its name; None: there is no such run, or it has none."""
    found = next((run for run in list_runs(home) if run.name == name), None)
    return found.report if found is not None and found.report.is_file() else None


def _past(run: RunFolder) -> Past:
    verdict = _verdict(run)
    interactive = bool(verdict.get("interactive"))
    metrics = verdict.get("metrics") or {}
    recovered = metrics.get("time_to_recover_s")
    key = "interactive" if interactive else str(verdict.get("verdict") or "")
    word = key or ("goes on" if listens(run) else "not judged")
    return Past(
        name=clean(run.name),
        drill=clean(str(verdict.get("drill") or run.name.partition("-")[2])),
        runtime=clean(str(verdict.get("runtime") or "")),
        word=clean(word),
        key=key,
        recovery=figures.seconds(recovered) if isinstance(recovered, int | float) else figures.NONE,
        report=report_url(run) if run.report.is_file() else "",
    )


def _text(one: Past) -> str:
    return f"{one.name} {one.drill} {one.runtime} {one.word}".lower()


def _verdict(run: RunFolder) -> dict[str, Any]:
    try:
        found = json.loads(run.verdict.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
