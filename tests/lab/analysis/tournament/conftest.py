"""Storms written in code, and the golden journal: the runs that cells and differences are made of."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lab.analysis import Timeline, Verdict, judge
from lab.drillfile import load_drill
from lab.journal import read
from lab.journal.events import Event
from tests.lab.analysis.conftest import DRILLS, Storm

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


@pytest.fixture
def storm() -> Storm:
    """A storm of the drill `retry-storm`, to be changed."""
    return Storm(load_drill(DRILLS / "retry-storm.yaml"))
