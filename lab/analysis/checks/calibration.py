"""The bridge's capacity is near what the drill asked for, is known well enough, and was measured at saturation.

It need not be exactly what was asked for: what was measured is said, with its interval, and the verdict is
about that. The speed of a shared core varies by a tenth from one five seconds to the next, so a capacity is not
known better than that in the time that a start may take. But between the headrooms of a storm that lasts and of
one that ends by itself lies a factor of 1.5 (1.65 and 2.5, docs/definitions.md): what is further off, or less
well known, would make it another drill.
"""

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding
from lab.journal.events import CalibrationMeasured

CAPACITY = "capacity = headroom x rate"
FAR_PERCENT = 15.0
WIDE_PERCENT = 30.0
EMPTY_PERCENT = 50.0
"""Of six to sixteen readings, of which one in twenty is empty in health: a fifth would be two of them, by chance."""
SHARE_PERCENT = 15.0
"""What is overdrawn in the last window is missing after it: a tenth of what six windows of a small share are."""
PERCENT = 10.0
"""Of calibrations before there were intervals: as far off as that the median of three windows could be."""


def check_calibration(timeline: Timeline) -> list[Finding]:
    """The last calibration counts."""
    last = timeline.calibrations[-1] if timeline.calibrations else None
    if last is None or last.capacity_low_rps is None or last.capacity_high_rps is None:
        return _of_windows(last)
    return [
        _near(last),
        _known(last, last.capacity_low_rps, last.capacity_high_rps),
        _saturated(last),
        _delivered(last),
    ]


def _near(last: CalibrationMeasured) -> Finding:
    """How far what was measured is from what was asked for."""
    off = None if last.capacity_rps is None else 100 * (last.capacity_rps / last.asked_rps - 1)
    return Finding(
        name=CAPACITY,
        limit=f"within {FAR_PERCENT:g} %",
        measured=None if off is None else round(off, 1),
        ok=None if off is None else abs(off) <= FAR_PERCENT,
        unit="%",
        detail="" if last.capacity_rps is None else f"{last.capacity_rps:.0f}/s for {last.asked_rps:.0f}/s",
    )


def _known(last: CalibrationMeasured, low_rps: float, high_rps: float) -> Finding:
    """Half of the interval."""
    half = 100 * (high_rps - low_rps) / 2 / last.asked_rps
    return Finding(
        name="capacity known",
        limit=f"within {WIDE_PERCENT:g} %",
        measured=round(half, 1),
        ok=half <= WIDE_PERCENT,
        unit="%",
        detail=f"95 % interval {low_rps:.0f} to {high_rps:.0f}/s",
    )


def _saturated(last: CalibrationMeasured) -> Finding:
    """Not required: without root a container's queue can't be read."""
    empty = None if last.queue_empty_ratio is None else 100 * last.queue_empty_ratio
    return Finding(
        name="saturated while calibrated",
        limit=f"<= {EMPTY_PERCENT:g} %",
        measured=None if empty is None else round(empty, 1),
        ok=None if empty is None else empty <= EMPTY_PERCENT,
        unit="%",
        detail="of the readings found the accept queue empty",
        required=False,
    )


def _delivered(last: CalibrationMeasured) -> Finding:
    """Capacity is cost x share, so the share must have been what it was set to."""
    off = None if last.delivered_ratio is None else 100 * (last.delivered_ratio - 1)
    return Finding(
        name="share delivered while calibrated",
        limit=f"within {SHARE_PERCENT:g} %",
        measured=None if off is None else round(off, 1),
        ok=None if off is None else abs(off) <= SHARE_PERCENT,
        unit="%",
        required=False,
    )


def _of_windows(last: CalibrationMeasured | None) -> list[Finding]:
    """As it was before there were intervals: three windows that agree."""
    known = last.capacity_rps if last else None
    off = None if last is None or known is None or not last.asked_rps else 100 * (known / last.asked_rps - 1)
    return [
        Finding(
            name="calibration steady",
            limit="windows within 15 %",
            measured=None if not last or last.spread_ratio is None else round(100 * last.spread_ratio, 1),
            ok=last.steady if last else None,
            unit="%",
        ),
        Finding(
            name=CAPACITY,
            limit=f"within {PERCENT:g} %",
            measured=None if off is None else round(off, 2),
            ok=None if off is None else abs(off) <= PERCENT,
            unit="%",
            detail=f"{known:.0f}/s for {last.asked_rps:.0f}/s" if last and known is not None else "",
        ),
    ]
