"""What the bridge carried: as calibrated before the first phase, and again while the storm was stuck.

Two capacities, measured apart: connections that are answered, and connections whose clients have given up, which cost
the device about half. A storm that is stuck is made of the second kind, so what the bridge accepts then is held against
what it accepted of a crowd that gave up in the calibration: their ratio is the drift, 1.0 = as calibrated.
"""

import math
from statistics import mean, stdev

from lab.analysis.metrics.stuck import find_stuck
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.frozen import Frozen
from lab.student_t import t_975

LEAST_S = 5
"""A rate over fewer saturated seconds says little."""


class DeviceCapacity(Frozen):
    """Connections per second; null: not measured.

    Attributes:
        asked_rps: headroom x rate.
        answered_rps: as calibrated, with its 95 % interval from ``answered_low_rps`` to ``answered_high_rps``.
        given_up_rps: of clients that are gone, as calibrated.
        accepted_stuck_rps: accepted per second while stuck, over the seconds that began and ended with connections
            waiting, with its 95 % interval from ``accepted_stuck_low_rps`` to ``accepted_stuck_high_rps``.
        drift_ratio: accepted_stuck_rps / given_up_rps.
    """

    asked_rps: float | None = None
    answered_rps: float | None = None
    answered_low_rps: float | None = None
    answered_high_rps: float | None = None
    given_up_rps: float | None = None
    accepted_stuck_rps: float | None = None
    accepted_stuck_low_rps: float | None = None
    accepted_stuck_high_rps: float | None = None
    drift_ratio: float | None = None


def device_capacity(timeline: Timeline) -> DeviceCapacity | None:
    """The last calibration, and what became of it; None: there was none."""
    if not timeline.calibrations:
        return None
    last = timeline.calibrations[-1]
    found = DeviceCapacity(
        asked_rps=last.asked_rps,
        answered_rps=last.capacity_rps,
        answered_low_rps=last.capacity_low_rps,
        answered_high_rps=last.capacity_high_rps,
        given_up_rps=last.given_up_rps,
    )
    stuck = find_stuck(timeline)
    accepted = saturated(timeline, stuck.seconds) if stuck.value else []
    if len(accepted) < LEAST_S:
        return found
    rate = mean(accepted)
    half = t_975(len(accepted) - 1) * stdev(accepted) / math.sqrt(len(accepted))
    return found.model_copy(
        update={
            "accepted_stuck_rps": rate,
            "accepted_stuck_low_rps": max(0.0, rate - half),
            "accepted_stuck_high_rps": rate + half,
            "drift_ratio": rate / last.given_up_rps if last.given_up_rps else None,
        }
    )


def saturated(timeline: Timeline, span: range) -> list[float]:
    """Connections accepted in each second that began and ended with connections waiting."""
    rows = [(timeline.row(second), timeline.row(second + 1)) for second in span]
    return [
        float(a.accepted) for a, b in rows if a.accepted is not None and a.accept_queue and b.accept_queue
    ]
