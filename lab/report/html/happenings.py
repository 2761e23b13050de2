"""What happened, as ticks on the axis of a run: phases that began, actions, notes by people."""

from typing import Any

from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import WAITING
from lab.report import headline_figures as figures
from lab.report.html.marks import marks
from lab.report.words import clean, titled


def happenings(timeline: Timeline) -> list[dict[str, Any]]:
    """In the order of their time; ``kind`` is phase, action or note."""
    found = marks(timeline)
    phases = [(band.start_s, "phase", f"{titled(band.name, band.clock)} begins") for band in found.phases]
    actions = [(at_s, "action", text) for at_s, text in found.actions]
    notes = [
        (note.t, "note", clean(f"{note.by}: {note.text}")) for note in timeline.notes if note.kind != WAITING
    ]
    return [
        {"at_s": round(at_s, 2), "kind": kind, "text": f"{figures.clock(at_s)}: {text}"}
        for at_s, kind, text in sorted(phases + actions + notes)
        if at_s >= found.first_s
    ]


def opening_second(timeline: Timeline) -> int:
    """The second that a page opens at, where its address names none: the last one before anything was done about it.

    Without a mitigation: the middle of the last phase in which the trigger was active or just over; else of the run.
    """
    found = marks(timeline)
    last = max(int(found.first_s), int(found.last_s) - 1)
    if timeline.mitigation_s is not None:
        return min(last, max(int(found.first_s), int(timeline.mitigation_s) - 1))
    hurt = [band for band in found.phases if band.role in {"trigger", "aftermath"}]
    start_s, end_s = (hurt[-1].start_s, hurt[-1].end_s) if hurt else (found.first_s, found.last_s)
    return min(last, int((start_s + end_s) / 2))
