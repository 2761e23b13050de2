"""How far apart chance alone brings contestants that are all alike: what a difference must exceed.

Two things scatter from run to run. Within one outcome (all stuck, or none) figures scatter about a mean, and
Student's t on the paired differences tells. But a system near its tipping point is stuck in one run and over in the
next: two clusters, for which t is far too sure of itself when there are few runs. For these the outcomes alone are
judged, by the worst case in which every contestant is a fair coin.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import comb, inf, sqrt
from statistics import fmean, variance

from lab.analysis.tournament import student

LEAST_RUNS = 2
"""Without a second run nothing is known about the spread."""


def mean_p(differences: Mapping[str, Sequence[float]]) -> tuple[float, float | None, float]:
    """Student's t for paired differences, stratum by stratum (a stratum is a trigger).

    The strata weigh the same: D = mean of their means, its variance is the sum of w^2 s^2 / n, and its degrees of
    freedom are Welch's and Satterthwaite's (1946). With a single stratum this is the plain paired t test.

    Returns:
        The mean difference, the half-width of its 95 % interval (None with fewer than two differences in any
        stratum), and the two-sided p (1 where it can't be told).

    Raises:
        ValueError: no difference at all.
    """
    strata = [values for values in differences.values() if values]
    if not strata:
        raise ValueError("no differences: the two have no run in common")
    mean = fmean(fmean(values) for values in strata)
    if any(len(values) < LEAST_RUNS for values in strata):
        return mean, None, 1.0
    parts = [(variance(values) / len(values) / len(strata) ** 2, len(values) - 1) for values in strata]
    square = sum(part for part, _ in parts)
    if square == 0:
        return mean, 0.0, student.two_sided_p(0.0 if mean == 0 else inf, 1)
    df = square**2 / sum(part**2 / free for part, free in parts)
    error = sqrt(square)
    return mean, error * student.quantile(0.95, df), student.two_sided_p(mean / error, df)


def outcome_p(apart: int, runs: int, contestants: int) -> float:
    """The chance that some two of so many fair coins, each thrown ``runs`` times, come out this far apart.

    The range of k binomial counts (n, 1/2): P(range <= r) = sum over the lowest count j of
    (F(j + r) - F(j - 1))^k - (F(j + r) - F(j))^k. No other common chance, and none that varies from seed to seed,
    lets them differ more. It holds for all pairs at once and needs no further correction.

    Args:
        apart: by how many bad outcomes two contestants differ.
        runs: of each contestant.
        contestants: how many there are.
    """
    if apart <= 0:
        return 1.0
    sums = [0.0]
    for heads in range(runs + 1):
        sums.append(sums[-1] + comb(runs, heads) / 2**runs)
    nearer = apart - 1
    within = 0.0
    for low, (before, upto) in enumerate(pairwise(sums)):
        top = sums[min(low + nearer, runs) + 1]
        within += (top - before) ** contestants - (top - upto) ** contestants
    return max(0.0, 1.0 - within)


def holm(chances: Sequence[float]) -> list[float]:
    """The p values adjusted for how many there are (S. Holm, 1979), in the order in which they came."""
    adjusted, most = [1.0] * len(chances), 0.0
    for place, index in enumerate(sorted(range(len(chances)), key=lambda i: chances[i])):
        most = max(most, min(1.0, chances[index] * (len(chances) - place)))
        adjusted[index] = most
    return adjusted
