"""The golden journal, and changed ones: the runs that cells and differences are made of."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lab.analysis import Timeline, judge
from lab.analysis.verdict import Verdict
from lab.journal import read
from lab.journal.events import Event

GOLDEN = Path(__file__).parents[3] / "data" / "stuck.jsonl"

Judged = tuple[Timeline, Verdict]
Change = Callable[[Event], Event]


def judged(events: list[Event], change: Change = lambda event: event) -> Judged:
    """A run of these events, each perhaps changed."""
    timeline = Timeline.fold(change(event) for event in events)
    return timeline, judge(timeline)


@pytest.fixture
def golden() -> list[Event]:
    """The journal of a run as it lies on people's disks."""
    return list(read(GOLDEN).events)
