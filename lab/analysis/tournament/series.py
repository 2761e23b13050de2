"""A run as the charts of a tournament draw it: seconds relative to the trigger's start."""

import math
from typing import NamedTuple

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import judged_seconds


class Second(NamedTuple):
    """Counts of one second; ``second`` 0 holds the trigger's start (without one: the first phase's). None: unknown."""

    second: int
    offered: int | None
    good: int | None
    attempts: int | None


def series_of(timeline: Timeline) -> list[Second]:
    """Every judged second of a run."""
    span = judged_seconds(timeline)
    zero_s = timeline.trigger_start_s if timeline.trigger_start_s is not None else float(span.start)
    rows = [timeline.row(second) for second in span]
    return [Second(row.second - math.floor(zero_s), row.offered, row.good, row.attempts) for row in rows]
