"""The envelope of every line of the journal, and the shapes that several kinds of line share."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict

Counts = dict[str, int]
"""Cumulative counts by kind, e.g. ``{"timeout": 3}``."""

Buckets = dict[str, int]
"""A latency histogram, sparse: bucket index (as a string, JSON) -> count. See ``lab.journal.latency``."""


@dataclass(frozen=True, slots=True)
class OnRunClock:
    """Marks a field as seconds of the run's clock, so that an event can be moved to another run's (``moved``).

    In a tuple every element is one, in a mapping every key. ``decides``: the event is about this moment, and what was
    before a run's zero is no event of that run.
    """

    decides: bool = False


Second = Annotated[int, OnRunClock(decides=True)]
"""The whole second of the run that an event is about."""
Moment = Annotated[float, OnRunClock(decides=True)]
"""The moment of the run (s) that an event is about."""
RunTime = Annotated[float, OnRunClock()]
"""Another moment of the run (s), which may lie before its zero."""


class Entry(BaseModel):
    """The envelope of every line: ``seq`` is gapless and doubles as the id of the live stream."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    seq: int = -1
    t: float = 0.0
