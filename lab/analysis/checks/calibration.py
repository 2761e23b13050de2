"""The bridge's capacity is what the drill asked for: steady windows, within 10 % of headroom x rate."""

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding

PERCENT = 10.0


def check_calibration(timeline: Timeline) -> list[Finding]:
    """The last calibration counts."""
    last = timeline.calibrations[-1] if timeline.calibrations else None
    wanted = last.asked_rps if last else 0.0
    off = (
        100 * (last.capacity_rps / wanted - 1) if last and last.capacity_rps is not None and wanted else None
    )
    return [
        Finding(
            name="calibration steady",
            limit="windows within 15 %",
            measured=None if not last or last.spread_ratio is None else round(100 * last.spread_ratio, 1),
            ok=last.steady if last else None,
            unit="%",
        ),
        Finding(
            name="capacity = headroom x rate",
            limit=f"within {PERCENT:g} %",
            measured=None if off is None else round(off, 2),
            ok=None if off is None else abs(off) <= PERCENT,
            unit="%",
            detail=f"{last.capacity_rps:.0f}/s for {wanted:.0f}/s"
            if last and last.capacity_rps is not None
            else "",
        ),
    ]
