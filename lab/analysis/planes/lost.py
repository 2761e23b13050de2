"""Alerts that were due and did not come, or came late: one plane held against the other.

That another plane reported something shows that it happened, at the latest when that page arrived. From then on this
plane has its own bound for the same alert; a run that ends before says nothing. The first page about the trigger is
late when it came after its bound, whatever the others did.
"""

from lab.analysis.planes.detection import find_detection, symptom_bounds
from lab.analysis.planes.pages import told_of_system
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched


def find_lost(timeline: Timeline, watched: Watched) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The alerts that were lost, and those that were late."""
    if timeline.judged is None:
        return (), ()
    mine, due = told_of_system(timeline, watched), _due(timeline, watched)
    lost = [alert for alert, due_s in due.items() if alert not in mine and due_s < timeline.judged[1]]
    late = {alert for alert, due_s in due.items() if alert in mine and mine[alert] > due_s}
    first = find_detection(timeline, watched)
    if first.alert is not None and first.in_time is False:
        late.add(first.alert)
    return tuple(sorted(lost)), tuple(sorted(late))


def _due(timeline: Timeline, watched: Watched) -> dict[str, float]:
    """Alert -> when its page should have been here at the latest, by what any plane told."""
    due: dict[str, float] = {}
    bounds = symptom_bounds(watched)
    for other in timeline.planes.values():
        shared = symptom_bounds(other).keys() & bounds.keys()
        for alert, received_s in told_of_system(timeline, other).items():
            if alert in shared:
                due[alert] = min(received_s + bounds[alert], due.get(alert, received_s + bounds[alert]))
    return due
