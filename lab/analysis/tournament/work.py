"""Work that nobody waited for: what auth finished although its client was gone, since the trigger's start."""

from lab.analysis.checks.base import growth, within
from lab.analysis.rows import ratio
from lab.analysis.timeline import Timeline

LAST = "auth"
"""The service at the end of every request's path, which does the work."""


def abandoned_share(timeline: Timeline) -> float | None:
    """Abandoned / (served + abandoned) of auth; None where it was not seen or worked off nothing."""
    if timeline.judged is None or timeline.trigger_start_s is None:
        return None
    samples = within(timeline.services.get(LAST, []), (timeline.trigger_start_s, timeline.judged[1]))
    abandoned = growth(samples, lambda sample: sample.abandoned_total)
    served = growth(samples, lambda sample: sample.served_total)
    return ratio(abandoned, (abandoned or 0.0) + (served or 0.0))
