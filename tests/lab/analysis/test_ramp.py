"""Whether a ramp of the load had an effect: was what the schedule offered at its end where the line was to lead?"""

from collections.abc import Callable

import pytest

from lab.analysis import Timeline
from lab.analysis.checks.fault_effect import check_fault_effect
from lab.drillfile import load_drill
from lab.journal.events import PhaseEntered
from tests.lab.analysis.conftest import DRILLS
from tests.lab.analysis.synthetic import offered, opened, ramp

UP_S, DOWN_S, DONE_S = 10, 60, 110


def ridden(offered_at: Callable[[int], float]) -> Timeline:
    """A run of drills/hysteresis.yaml in which the load offered so much in each second."""
    timeline = Timeline()
    drill = load_drill(DRILLS / "hysteresis.yaml").variants[0]
    timeline.feed(opened(drill))
    for name, at_s in (("baseline", 0.0), ("trigger", UP_S), ("aftermath", DOWN_S), ("done", DONE_S)):
        timeline.feed(PhaseEntered(seq=0, t=at_s, phase=name, planned_s=0, because=""))
    for step, at_s in zip(drill.method, (UP_S, DOWN_S), strict=True):
        for state, t in (("applied", at_s + 0.0), ("reverted", DONE_S + 0.1)):
            timeline.feed(ramp(step.name, t, **step.params, state=state))
    for second in range(DONE_S):
        rate = round(offered_at(second))
        timeline.feed(offered(second, rate, good=rate))
    return timeline


def line(second: int) -> float:
    """16/s, to 144/s over 50 s, and back."""
    if second < DOWN_S:
        return 16 + 128 * max(0, second - UP_S) / 50
    return 144 - 128 * (second - DOWN_S) / 50


@pytest.mark.parametrize(
    ("offered_at", "bit"),
    [
        (line, [True, True]),
        (lambda second: line(second) * 1.15, [True, True]),  # a schedule is random, and its baseline as well
        (lambda _second: 16.0, [False, False]),  # it never rose: neither way has the line's slope
        (lambda second: line(min(second, DOWN_S - 1)), [True, False]),  # it never fell
        (lambda second: 16 + 4.0 * (second > UP_S), [False, True]),  # hardly
    ],
)
def test_both_ramps_lead_where_they_should(offered_at: Callable[[int], float], bit: list[bool]) -> None:
    """The last 5 s of each against the line; the second starts from where the first one led."""
    findings = check_fault_effect(ridden(offered_at))
    assert [finding.ok for finding in findings] == bit, findings
