"""Whether a plane was blind in a second of the run (docs/definitions.md).

Asked at s + 1.5 s, it has no raw sample younger than 2 intervals + 0.5 s, or what it answers for goodput is off truth
by more than 20 % and 10/s. No answer, an error or garbage is blind. A second in which no one asked, or truth is not
known, is neither blind nor sighted: None.
"""

from bisect import bisect_right

from lab.analysis.planes.truth import nearest
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched
from lab.journal.plane_events import PlaneConfigured

ASKED_AFTER_S = 1.5
"""A second is asked about so long after its start."""

GOODPUT = "goodput"
"""The query whose answer decides."""

INTERVALS = 2
ROOM_S = 0.5
OFF_SHARE = 0.2
OFF_RPS = 10.0


def stale(timeline: Timeline, watched: Watched, second: int) -> bool | None:
    """Whether the plane was blind when it was asked live."""
    sample = watched.asked.get(GOODPUT, {}).get(second)
    if watched.configured is None or sample is None:
        return None
    if sample.error is not None or _old(watched.configured, sample.newest_age_s):
        return True
    return _off(timeline, watched.configured, sample.value, sample.asked_s)


def stale_backfilled(timeline: Timeline, watched: Watched, second: int) -> bool | None:
    """Whether it was still blind about that second when the run was over and late samples had come in.

    None where it did not know, or was not asked so early or late: then nothing is known.
    """
    configured, told = watched.configured, watched.backfilled.get(GOODPUT)
    asked_s = second + ASKED_AFTER_S
    if configured is None or told is None or told.error is not None or not knows_scrapes(watched):
        return None
    answer = told.values.get(str(second))
    asked = watched.asked.get(GOODPUT, {})
    if answer is None and not min(asked, default=0) <= second <= max(asked, default=-1):
        return None
    if _old(configured, _age_s(watched, configured, asked_s)):
        return True
    return _off(timeline, configured, answer, asked_s)


def knows_scrapes(watched: Watched) -> bool:
    """Whether the plane reported the scrapes of every target that it is configured to have."""
    targets = watched.configured.targets if watched.configured else ()
    told = (watched.scraped.get(target) for target in targets)
    return bool(targets) and all(scraped is not None and scraped.error is None for scraped in told)


def freshest_s(configured: PlaneConfigured) -> float:
    """The age from which on a plane's newest sample is too old."""
    return INTERVALS * configured.scrape_interval_s + ROOM_S


def _old(configured: PlaneConfigured, age_s: float | None) -> bool:
    return age_s is None or age_s >= freshest_s(configured)


def _off(
    timeline: Timeline, configured: PlaneConfigured, answer: float | None, asked_s: float
) -> bool | None:
    if answer is None:
        return True
    truth = nearest(timeline, configured, GOODPUT, answer, asked_s)
    if truth is None:
        return None
    off = abs(answer - truth)
    return off > OFF_SHARE * truth and off > OFF_RPS


def _age_s(watched: Watched, configured: PlaneConfigured, asked_s: float) -> float | None:
    """Age of the newest good scrape then, of the target where that is oldest; None: of one there was none yet."""
    newest = []
    for target in configured.targets:
        times = sorted(watched.scraped[target].ok_s)
        before = bisect_right(times, asked_s)
        if before == 0:
            return None
        newest.append(times[before - 1])
    return asked_s - min(newest)
