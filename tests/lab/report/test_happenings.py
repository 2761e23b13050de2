"""Ticks on the axis of a run, and the second that its page opens at. Tests lab.report.html.happenings."""

import pytest

from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import Event, NoteWritten
from lab.report.html.happenings import happenings, opening_second
from tests.lab.report.conftest import END, MITIGATION, START, TRIGGER, make_drill, make_events

pytestmark = pytest.mark.slow


def folded(until_s: float = 999.0, *extra: Event) -> Timeline:
    """The made-up run up to a time."""
    return Timeline.fold([*make_events(make_drill(), until_s), *extra])


def test_phases_actions_and_notes_are_in_the_order_of_their_time() -> None:
    """Words of people keep who wrote them; what was set up before the first phase is left out."""
    notes: list[Event] = [
        NoteWritten(seq=900, t=TRIGGER + 3, by="ann", role="observer", kind="note", text="it\nbegins"),
        NoteWritten(seq=901, t=2, by="lab", role="session", kind="note", text="before anything"),
    ]
    found = happenings(folded(999.0, *notes))
    assert [one["at_s"] for one in found] == sorted(one["at_s"] for one in found)
    assert {one["kind"] for one in found} == {"phase", "action", "note"}
    (note,) = [one["text"] for one in found if one["kind"] == "note"]
    assert note == f"{TRIGGER + 3:.1f} s: ann: it begins"
    assert f"{START:.1f} s: baseline begins" in [one["text"] for one in found]


def test_a_page_opens_in_the_last_second_before_anything_was_done_about_the_storm() -> None:
    """There the storm has lasted longest; else in the middle of what hurt; never outside of the run."""
    assert opening_second(folded()) == int(MITIGATION) - 1
    assert int(TRIGGER) <= opening_second(folded(MITIGATION - 2)) < MITIGATION
    assert 0 <= opening_second(folded(START + 3)) <= END
    assert opening_second(Timeline()) == 0
