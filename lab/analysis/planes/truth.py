"""What a plane's answers are held against: the counters that the lab read itself, each second, past every bridge.

The formulas are those of ``lab.monitoring.queries``, over the width that the plane is asked for. Its answer is made of
the first and the last scrape in that window, each of which may lie up to an interval inside of it, and what was
scraped tells of the moment before: that is sampling, not blindness. So an answer is held against the nearest of all
truths that such scrapes could have seen:

        asked - window                              asked
            |<------------- window ------------------>|
     |<-i->||<-i->|                            |<-i-->|        i: scrape interval
      first scrape                              last scrape
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping

from lab.analysis.timeline.rows import ratio
from lab.analysis.timeline.timeline import Timeline
from lab.journal.plane_events import PlaneConfigured

FEWEST_CALLS = 20
"""Amplification is unknown for windows with fewer calls (docs/definitions.md)."""

ReadTruth = Callable[[Timeline, float, float], float | None]
"""A figure between two moments of the run; None: not measured."""


def grown(timeline: Timeline, service: str, what: str, start_s: float, end_s: float) -> float | None:
    """By how much a service's counter grew between two moments; evenly within each second."""
    total = 0.0
    for second in range(math.floor(start_s), math.ceil(end_s)):
        counted = timeline.seconds.counted(service, what, second)
        if counted is None and second + 1 > _nothing_until_s(timeline, service, what):
            return None
        counted = counted or 0.0
        total += counted * (min(end_s, second + 1) - max(start_s, second))
    return total


def _nothing_until_s(timeline: Timeline, service: str, what: str) -> float:
    """Until when a counter stood at 0: also before its first sample, so that a wide window may begin before the run."""
    samples = timeline.services.get(service, [])
    boot = samples[0].boot if samples else ""
    # they are the first ones, since a counter never falls while its process lives
    until = bisect_left(samples, 1, key=lambda s: int(s.boot != boot or getattr(s, f"{what}_total") != 0))
    return samples[until - 1].t if until else -math.inf


def goodput(timeline: Timeline, start_s: float, end_s: float) -> float | None:
    """Edge's good answers, /s."""
    return ratio(grown(timeline, timeline.roles.entrance, "served", start_s, end_s), end_s - start_s)


def amplification(timeline: Timeline, start_s: float, end_s: float) -> float | None:
    """Attempts per call of the clients; None under 20 calls."""
    calls = grown(timeline, timeline.roles.client, "calls", start_s, end_s)
    if calls is None or calls < FEWEST_CALLS:
        return None
    return ratio(grown(timeline, timeline.roles.client, "attempts", start_s, end_s), calls)


def error_ratio(timeline: Timeline, start_s: float, end_s: float) -> float | None:
    """Edge's bad share, 0..1."""
    served = grown(timeline, timeline.roles.entrance, "served", start_s, end_s)
    share = ratio(served, grown(timeline, timeline.roles.entrance, "requests", start_s, end_s))
    return None if share is None else 1.0 - share


TRUTH: Mapping[str, ReadTruth] = {
    "goodput": goodput,
    "amplification": amplification,
    "error_ratio": error_ratio,
}
"""Query -> what its answer should be."""


def nearest(
    timeline: Timeline, configured: PlaneConfigured, query: str, answer: float, asked_s: float
) -> float | None:
    """The truth that an answer is to be held against; None: not measured."""
    values = [TRUTH[query](timeline, start_s, end_s) for start_s, end_s in _spans(configured, asked_s)]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    return min(max(answer, min(known)), max(known))


def _spans(configured: PlaneConfigured, asked_s: float) -> Iterator[tuple[float, float]]:
    """Between which moments the scrapes behind an answer may lie; truth is even between whole seconds."""
    lag_s = min(configured.scrape_interval_s, configured.window_s / 2)
    ends = {asked_s - lag_s, asked_s, *map(float, range(math.ceil(asked_s - lag_s), math.ceil(asked_s)))}
    for end_s in sorted(ends):
        for width_s in (configured.window_s - lag_s, configured.window_s):
            yield end_s - width_s, end_s
