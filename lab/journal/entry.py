"""The envelope of every line of the journal, and the shapes that several kinds of line share."""

from pydantic import BaseModel, ConfigDict

Counts = dict[str, int]
"""Cumulative counts by kind, e.g. ``{"timeout": 3}``."""

Buckets = dict[str, int]
"""A latency histogram, sparse: bucket index (as a string, JSON) -> count. See ``lab.journal.latency``."""


class Entry(BaseModel):
    """The envelope of every line: ``seq`` is gapless and doubles as the id of the live stream."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    seq: int = -1
    t: float = 0.0
