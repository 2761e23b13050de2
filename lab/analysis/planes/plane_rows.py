"""What really happened and what a plane showed, second by second: for pictures and tables."""

from dataclasses import dataclass

from lab.analysis.planes.staleness import ASKED_AFTER_S, GOODPUT, stale, stale_backfilled
from lab.analysis.planes.truth import goodput
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import judged_seconds


@dataclass(frozen=True, slots=True)
class PlaneRow:
    """One second. None: not measured.

    Attributes:
        second: of the run; both rates are over the plane's window, which ends 1.5 s after the second began.
        truth_goodput_rps: what the lab counted itself.
        answered_goodput_rps: what the plane answered live; None where it gave no answer that counts.
        stale: whether it was blind then (docs/definitions.md).
        stale_backfilled: whether it still was when it was asked again after the run.
    """

    second: int
    truth_goodput_rps: float | None
    answered_goodput_rps: float | None
    stale: bool | None
    stale_backfilled: bool | None


def plane_rows(timeline: Timeline, plane: str) -> list[PlaneRow]:
    """A row for each judged second; none for a plane that is not configured."""
    watched = timeline.planes.get(plane)
    if watched is None or watched.configured is None:
        return []
    window_s, asked = watched.configured.window_s, watched.asked.get(GOODPUT, {})
    rows = []
    for second in judged_seconds(timeline):
        end_s = second + ASKED_AFTER_S
        sample = asked.get(second)
        rows.append(
            PlaneRow(
                second=second,
                truth_goodput_rps=goodput(timeline, end_s - window_s, end_s),
                answered_goodput_rps=sample.value if sample is not None and sample.error is None else None,
                stale=stale(timeline, watched, second),
                stale_backfilled=stale_backfilled(timeline, watched, second),
            )
        )
    return rows
