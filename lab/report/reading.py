"""How a plane survived, in one sentence made of its figures. Says nothing that was not measured."""

from lab.analysis.planes.pages import DEAD_MAN, firings, heard
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Plane
from lab.report import headline_figures as figures
from lab.report.plane_view import WatchedPlane
from lab.report.survival import scrapes_share
from lab.report.words import clean


def reading(watch: WatchedPlane, timeline: Timeline) -> str:
    """``The shared plane kept 57 % of its scrapes and was blind for 31 s, 22 of them ...; it sent no page``."""
    if watch.score is None:
        return f"How the {watch.name} plane survived was not measured."
    told = [_scrapes(watch.score), _blind(watch, watch.score, timeline.trigger_end_s)]
    return f"The {watch.name} plane {' and '.join(told)}; {_paging(watch, watch.score, timeline)}."


def _scrapes(score: Plane) -> str:
    share = scrapes_share(score)
    return (
        "kept an unknown share of its scrapes"
        if share is None
        else f"kept {figures.share(share)} of its scrapes"
    )


def _blind(watch: WatchedPlane, score: Plane, trigger_end_s: float | None) -> str:
    if score.stale_s is None:
        return "was blind for an unknown time"
    if score.stale_s == 0:
        return "was never blind"
    said = f"was blind for {score.stale_s} s"
    if trigger_end_s is None:
        return said
    after = sum(row.stale is True and row.second >= trigger_end_s for row in watch.rows)
    return said if after == 0 else f"{said}, {min(after, score.stale_s)} of them after the trigger was gone"


def _paging(watch: WatchedPlane, score: Plane, timeline: Timeline) -> str:
    said = _paged(watch, score, timeline)
    if score.time_to_dead_mans_switch_s is None:
        return said
    after = figures.seconds(score.time_to_dead_mans_switch_s)
    return f"{said}, and the dead-man's switch reported its silence {after} after the trigger"


def _paged(watch: WatchedPlane, score: Plane, timeline: Timeline) -> str:
    if not heard(timeline):
        return "whom it paged is not known"
    if score.detection_time_s is not None:
        bound = "" if score.detect_bound_s is None else f", bound {figures.seconds(score.detect_bound_s)}"
        late = ", too late" if score.detected_by in score.alerts_late else ""
        after = f"{figures.seconds(score.detection_time_s)} after the trigger{late}"
        return f"it paged on-call {after} ({clean(score.detected_by or 'unnamed')}{bound})"
    sent = sum(page.alert != DEAD_MAN for page in firings(timeline.planes[watch.name]))
    if sent == 0:
        return "it sent no page"
    return (
        "its one page was about something else"
        if sent == 1
        else f"its {sent} pages were about something else"
    )
