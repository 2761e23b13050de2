"""Whether the storm outlasted what was to end it: its trigger's end, or, where a mitigation came, the mitigation.

    trigger ▇▇▇▇            stuck: as in the verdict (every 5 s window after it under 50 % good)
    mitigation    ▇▇▇▇▇▇    stuck: it was stuck before, and still (or again) in the last 10 s of the run
                                    (or before the trigger comes again)

The second is what a fix is asked for: that service is back, and stays when the fix is taken back within the run.
"""

from lab.analysis.metrics.stuck import BAD_BELOW, LEAST_JUDGED_S
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import good_share, last_seconds, sliding, whole_seconds
from lab.analysis.verdict.verdict import Verdict


def outlasted(timeline: Timeline, verdict: Verdict) -> bool | None:
    """Whether the run ended stuck; None where that is undetermined."""
    if timeline.mitigation_s is None or not verdict.metrics.stuck or timeline.first_s is None:
        return verdict.metrics.stuck
    after = whole_seconds(timeline.mitigation_s, timeline.first_s[1])
    shares = [good_share(timeline, window) for window in sliding(last_seconds(after, LEAST_JUDGED_S))]
    known = [share for share in shares if share is not None]
    if len(after) < LEAST_JUDGED_S or len(known) < len(shares):
        return None
    return max(known) < BAD_BELOW
