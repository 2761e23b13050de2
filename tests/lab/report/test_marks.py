"""What is marked on the charts, and how much room that takes."""

import pytest

from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import ActionChanged
from lab.report.html.lanes import height_px
from lab.report.html.marks import labels, marks
from tests.lab.report.conftest import START, make_drill, make_events


def tries(at_s: float, number: int) -> list[ActionChanged]:
    """A cap that a calibration tried."""
    said = {
        "action": f"c{number}", "kind": "setting", "name": "bridge-capacity", "fault": "capacity",
        "target": "bridge", "params": {}, "by": "calibration",
    }  # fmt: skip
    states = (("applied", at_s), ("reverted", at_s + 0.5))
    return [ActionChanged.model_validate({**said, "state": state, "t": t}) for state, t in states]


@pytest.mark.slow
def test_what_a_calibration_tried_takes_no_room() -> None:
    """It is left of all charts; six tries would push a title nine lanes up."""
    plain = make_events(make_drill())
    tried = [event for number in range(6) for event in tries(START - 8 + number, number)]
    seen = [marks(Timeline.fold(sorted(events, key=lambda e: e.t))) for events in (plain, [*plain, *tried])]
    assert seen[0] == seen[1]
    assert seen[0].actions
    named = labels(seen[1], plot_px=900, char_px=7, actions=True)
    assert height_px(named) <= 5 * 15
    assert all(at_s >= seen[0].phases[0][1] for at_s, _ in seen[0].actions)
