"""The seconds that figures of a verdict are about."""

from lab.analysis.timeline.moments import until_s
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import last_seconds, whole_seconds

BEFORE_MITIGATION_S = 10


def trigger_seconds(timeline: Timeline) -> range:
    """The whole seconds in which the trigger was active."""
    if timeline.trigger_start_s is None or timeline.trigger_end_s is None:
        return range(0)
    return whole_seconds(timeline.trigger_start_s, timeline.trigger_end_s)


def aftermath(timeline: Timeline) -> range:
    """The last 10 s before the mitigation (or the end), after the trigger."""
    since_s = timeline.trigger_end_s
    end_s = None if since_s is None else until_s(timeline, since_s)
    if since_s is None or end_s is None:
        return range(0)
    return last_seconds(whole_seconds(since_s, end_s), BEFORE_MITIGATION_S)
