"""The end of a journal whose writer is dead, in the journal's own words (``lab.journal.events``)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chaos.change import Change
from chaos.ledger.jsonl import append_line, cut_torn_line, last_line


def end_journal(journal: Path, t: float, reason: str, changes: Sequence[Change], left: Sequence[str]) -> None:
    """Append what was undone, and the last line; nothing, if there is no journal or it has its end.

    Args:
        journal: its path; a torn last line is removed first.
        t: now, in seconds of the run's clock; not before the last line, so 0 for a clock that is gone.
        reason: why the writer is taken for dead.
        changes: what was undone.
        left: what could not be.
    """
    if not journal.exists():
        return
    cut_torn_line(journal)
    last = last_line(journal)
    if last.get("type") == "run.closed":
        return
    events: list[dict[str, Any]] = [{"type": "action.changed", **change.facts()} for change in changes]
    end = {"outcome": "interrupted", "reason": reason, "clean": not left, "left": list(left)}
    events.append({"type": "run.closed", **end})
    for number, event in enumerate(events, start=last.get("seq", -1) + 1):
        append_line(journal, {"seq": number, "t": round(max(t, last.get("t", 0.0)), 6), **event})
