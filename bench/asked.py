"""What the instrument checks said of a run, each by its registered name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lab.analysis import Timeline, judge
from lab.analysis.checks import CHECKS, run_checks
from lab.journal.events import Event

KEPT = ("name", "limit", "measured", "ok", "required", "unit")
Found = dict[str, Any]
"""A finding as a row keeps it."""
Findings = Mapping[str, list[Found]]
"""Check -> its findings; an empty list: it was asked and had nothing to say."""


COMPLETED = "completed"
"""The outcome of a run that got to its end."""


def seen(events: Sequence[Event]) -> dict[str, Any]:
    """What a row keeps of a journal: how the run ended, its verdict (``none``: no journal), every check's findings."""
    verdict = judge(Timeline.fold(events)) if events else None
    return {
        "verdict": verdict.verdict if verdict else "none",
        "outcome": verdict.outcome if verdict else "none",
        "reasons": [*verdict.reasons] if verdict else [],
        "findings": ask(events),
    }


def ask(events: Sequence[Event]) -> dict[str, list[Found]]:
    """Every registered check's findings."""
    timeline = Timeline.fold(events)
    return {
        name: [
            found.model_dump(mode="json", include=set(KEPT)) for found in run_checks(timeline, {name: check})
        ]
        for name, check in CHECKS.items()
    }


def alarmed(found: Found, *, completed: bool = True) -> bool:
    """Whether a finding alone makes its run inconclusive.

    Of a run that did not get to its end only what failed counts: what was not measured is no wonder there.
    """
    return found["ok"] is False or (completed and found["ok"] is None and found["required"])


def alarms(findings: Findings, check: str | None = None, *, completed: bool = True) -> Iterator[str]:
    """Names of the findings that make a run inconclusive, of one check or of all."""
    for name, found in findings.items():
        if check in {None, name}:
            yield from (one["name"] for one in found if alarmed(one, completed=completed))
