"""Abandoned work: answers that were ready when the client was gone, since the trigger's start.

Router counts most of them: its connection to auth is pooled and outlives the client's, so auth delivers. Where both
cancel abandoned requests (``cancel_abandoned``) auth's own are among them; no answer is counted in both.
"""

from lab.analysis.checks.checker import growth, within
from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.timeline import Timeline


def abandoned_work_share(timeline: Timeline) -> float | None:
    """Wasted of router and auth / answers that auth had ready; None where one was not seen, or nothing was done."""
    if timeline.first_s is None or timeline.trigger_start_s is None:
        return None
    since = (timeline.trigger_start_s, timeline.first_s[1])
    roles = timeline.roles
    ends = roles.ends_of(timeline.drill.load.target if timeline.drill else roles.entrance)
    if len(ends) != 1:
        return None
    last = within(timeline.services.get(ends[0], []), since)
    before = within(timeline.services.get(roles.behind_device, []), since)
    served = growth(last, lambda sample: sample.served_total)
    by_last = growth(last, lambda sample: sample.abandoned_work_total)
    by_router = growth(before, lambda sample: sample.abandoned_work_total)
    if served is None or by_last is None or by_router is None:
        return None
    return ratio(by_router + by_last, served + by_last)
