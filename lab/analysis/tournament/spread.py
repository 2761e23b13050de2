"""A figure over several seeds: where it lies, and how far that can be trusted."""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import fmean, median, stdev

from lab.analysis.tournament import student
from lab.analysis.verdict.interval import wilson
from lab.drillfile.frozen import Frozen

CONFIDENCE = 0.95


class Spread(Frozen):
    """``n`` values; ``low`` and ``high`` bound the mean with 95 % confidence (Student's t), None for one value.

    The interval supposes values that scatter about a mean; ``least`` and ``most`` say where they really were.
    """

    n: int
    mean: float
    median: float
    least: float
    most: float
    low: float | None = None
    high: float | None = None


class Back(Frozen):
    """Times to recover, of which some were never seen to end ('not back').

    Attributes:
        n: runs of which recovery is known; ``back`` of them recovered, the others were watched in vain.
        share_95: the share of runs that recover lies between these (Wilson).
        median_s: by Kaplan and Meier (1958), with each 'not back' counted as longer than it was watched; None: not
            even half of the runs were back while they were watched.
        shortest_s, longest_s: of the runs that were back.
        watched_s: how long the runs that were not back were watched, the shortest of them.
    """

    n: int
    back: int
    share_95: tuple[float, float]
    median_s: float | None = None
    shortest_s: float | None = None
    longest_s: float | None = None
    watched_s: float | None = None


def spread(values: Iterable[float | None], confidence: float = CONFIDENCE) -> Spread | None:
    """The spread of the values that were measured; None where none was."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, high = (None, None) if len(known) == 1 else mean_interval(known, confidence)
    return Spread(
        n=len(known),
        mean=fmean(known),
        median=median(known),
        least=min(known),
        most=max(known),
        low=low,
        high=high,
    )


def mean_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Mean -+ t * s / sqrt(n), with n - 1 degrees of freedom; at least two values."""
    half = student.quantile(confidence, len(values) - 1) * stdev(values) / sqrt(len(values))
    return fmean(values) - half, fmean(values) + half


def recoveries(times: Iterable[tuple[float | None, float | None]]) -> Back | None:
    """Sum up pairs of (time to recover, censored at), of which at most one is known; None where none is."""
    told = [(time, censored) for time, censored in times if time is not None or censored is not None]
    if not told:
        return None
    back = [time for time, _ in told if time is not None]
    watched = [censored for time, censored in told if time is None and censored is not None]
    share = wilson(len(back), len(told))
    return Back(
        n=len(told),
        back=len(back),
        share_95=(share.low, share.high),
        median_s=_median_s(back, watched),
        shortest_s=min(back, default=None),
        longest_s=max(back, default=None),
        watched_s=min(watched, default=None),
    )


def _median_s(back: list[float], watched: list[float]) -> float | None:
    """The first time at which the share that is not back yet is at most a half."""
    not_back, waiting = 1.0, len(back) + len(watched)
    for time, recovered in sorted(
        [*((t, True) for t in back), *((t, False) for t in watched)], key=_in_order
    ):
        if recovered:
            not_back *= 1 - 1 / waiting
        if not_back <= 0.5 + 1e-9:
            return time
        waiting -= 1
    return None


def _in_order(one: tuple[float, bool]) -> tuple[float, bool]:
    """By time; who recovered at a moment was still waiting then, together with who was given up at it."""
    return one[0], not one[1]
