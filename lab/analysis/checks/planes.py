"""The monitoring planes could be judged: both were asked each second, scrape something, and are new enough."""

import re

from lab.analysis.checks.checker import at_least
from lab.analysis.planes.pages import heard
from lab.analysis.planes.staleness import GOODPUT
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched
from lab.analysis.timeline.windows import judged_seconds
from lab.analysis.verdict.verdict import Finding
from lab.journal.plane_events import PlaneConfigured

PERCENT = 98.0
OLDEST = (2, 42)
"""``keep_firing_for``, which the rules need, came with it."""


def check_planes(timeline: Timeline) -> list[Finding]:
    """Findings for each plane; none in a drill that nothing watches."""
    asked_for = timeline.drill is not None and timeline.drill.monitoring is not None
    found = [
        finding
        for plane, watched in sorted(timeline.planes.items())
        if watched.configured is not None
        for finding in _plane(timeline, f"plane {plane}", watched, watched.configured)
    ]
    if not found:
        return [_set_up("monitoring planes", ok=None, detail="none was set up")] if asked_for else []
    by = f"by {timeline.roles.pager}"
    told = by if heard(timeline) else None
    return [
        *found,
        Finding(name="pages received", limit=by, measured=told, ok=None if told is None else True),
    ]


def _plane(timeline: Timeline, name: str, watched: Watched, configured: PlaneConfigured) -> list[Finding]:
    span, asked = judged_seconds(timeline), watched.asked.get(GOODPUT, {})
    share = 100 * sum(second in asked for second in span) / len(span) if len(span) else None
    return [
        at_least(f"{name} asked", PERCENT, "% of the seconds", share),
        _set_up(f"{name} targets", ok=bool(configured.targets), detail=", ".join(configured.targets)),
        _new_enough(f"{name} version", configured),
    ]


def _set_up(name: str, *, ok: bool | None, detail: str) -> Finding:
    return Finding(name=name, limit="at least one", measured=detail or None, ok=ok, detail="")


def _new_enough(name: str, configured: PlaneConfigured) -> Finding:
    """A Prometheus that does not say its version, or not as numbers, is not known to be new enough."""
    numbers = re.match(r"v?(\d+)\.(\d+)", configured.version or "")
    ok = None if numbers is None else (int(numbers[1]), int(numbers[2])) >= OLDEST
    return Finding(name=name, limit=f">= {OLDEST[0]}.{OLDEST[1]}", measured=configured.version, ok=ok)
