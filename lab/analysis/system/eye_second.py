"""What a monitoring plane knew in a second of the run: the eye through which on-call saw the system.

Only what the plane itself answered, however wrong that was: the truth is ``system_second``. It is asked for goodput,
amplification and the share of bad answers; how many requests were offered follows from two of them, which are of one
window. What it is not asked for (attempts per second, a queue) it may have known, but that was not recorded.
"""

from bisect import bisect_right
from dataclasses import dataclass

from lab.analysis.planes.staleness import ASKED_AFTER_S, freshest_s, stale
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.watched import Watched
from lab.journal.plane_events import PlaneConfigured, PlaneSample, Query


@dataclass(frozen=True, slots=True)
class EyeSecond:
    """A plane's answers about a second, asked 1.5 s after it began. None: no answer, or none that counts.

    Attributes:
        second: of the run; rates are over the plane's window, which ends when it was asked.
        goodput_rps: good answers of the entrance; ``error_ratio`` the share of its bad ones, 0..1.
        offered_rps: requests that came to the entrance: goodput / (1 - error ratio); None where all were bad.
        amplification: attempts per call of the client.
        newest_age_s: age of its newest good scrape, of the target where that is oldest.
        up: the targets of which it had a fresh scrape; None while the run lasts: it reports its scrapes at the end.
        stale: whether it was blind then (docs/definitions.md).
    """

    second: int
    goodput_rps: float | None = None
    offered_rps: float | None = None
    amplification: float | None = None
    error_ratio: float | None = None
    newest_age_s: float | None = None
    up: tuple[str, ...] | None = None
    stale: bool | None = None


def eye_second(timeline: Timeline, plane: str, second: int) -> EyeSecond | None:
    """What a plane knew of a second; None: there is no such plane, or it was not asked.

    Costs a look at each of its queries and targets, and at the truth in its window: no walk over the run.
    """
    watched = timeline.planes.get(plane)
    if watched is None or watched.configured is None:
        return None
    samples = {query: asked[second] for query, asked in watched.asked.items() if second in asked}
    if not samples:
        return None
    goodput, error_ratio = _answer(samples, "goodput"), _answer(samples, "error_ratio")
    served = None if error_ratio is None else 1 - error_ratio
    return EyeSecond(
        second=second,
        goodput_rps=goodput,
        offered_rps=goodput / served if goodput is not None and served else None,
        amplification=_answer(samples, "amplification"),
        error_ratio=error_ratio,
        newest_age_s=next(iter(samples.values())).newest_age_s,
        up=_up(watched, watched.configured, second + ASKED_AFTER_S),
        stale=stale(timeline, watched, second),
    )


def _answer(samples: dict[str, PlaneSample], query: Query) -> float | None:
    sample = samples.get(query)
    return None if sample is None or sample.error is not None else sample.value


def _up(watched: Watched, configured: PlaneConfigured, asked_s: float) -> tuple[str, ...] | None:
    """The targets whose newest good scrape was fresh; a target of which nothing was reported is not known to be up."""
    if not watched.scraped:
        return None
    told = {target: watched.scraped[target] for target in configured.targets if target in watched.scraped}
    return tuple(
        target
        for target, scraped in told.items()
        if (before := bisect_right(scraped.ok_s, asked_s))
        and asked_s - scraped.ok_s[before - 1] < freshest_s(configured)
    )
