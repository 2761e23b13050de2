"""How far apart chance alone brings contestants that are all alike: what a difference must exceed.

Two things scatter from run to run. Within one outcome (all stuck, or none) figures scatter about a mean, and
Student's t on the paired differences shows that. But a system near its tipping point is stuck in one run and over in
the next: two clusters, for which t is far too sure of itself when there are few runs and many contestants. So the
outcomes are judged as well: whether two coins would do the same, and whether outcomes hang on the contestant at all.
"""

from collections.abc import Mapping, Sequence
from math import comb, inf, sqrt
from random import Random
from statistics import fmean, variance

from lab.analysis.tournament import student

DEALS = 1000
SEED = 1950
"""The same cells always come to the same places."""

_HAIR = 1e-9

LEAST_RUNS = 2
"""Without a second run nothing is known about the spread."""


def mean_p(differences: Mapping[str, Sequence[float]]) -> tuple[float, float | None, float]:
    """Student's t for paired differences, stratum by stratum (a stratum is a trigger).

    The strata weigh the same: D = mean of their means, its variance is the sum of w^2 s^2 / n, and its degrees of
    freedom are Welch's and Satterthwaite's (1946). With a single stratum this is the plain paired t test.

    Returns:
        The mean difference, the half-width of its 95 % interval (None with fewer than two differences in any
        stratum), and the two-sided p (1 where it is undetermined).

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


def coins_p(apart: int, runs: int) -> float:
    """The chance that two alike, with the same number of runs, differ by at least this many bad ones.

    Each run is a fair coin; no other common chance, and none that varies from seed to seed, lets them differ more.
    |X - Y| of two Binomial(n, 1/2) is |Z - n| of one Binomial(2n, 1/2).
    """
    far = sum(comb(2 * runs, heads) for heads in range(2 * runs + 1) if abs(heads - runs) >= apart)
    return far / float(4**runs)


def strata_p(worse: Sequence[Sequence[int]]) -> float:
    """The chance that two alike differ so much in how they came out, over all strata or in any single one.

    In a trigger that both stand, or neither does, nothing can differ; counted with the others it would hide what does.
    So the least chance of a single stratum counts as well, times how many there are (Bonferroni, 1936).

    Args:
        worse: by stratum, for each meeting 1 (only the first came out badly), -1 (only the second), or 0.

    Returns:
        0 where the two never came out differently: then outcomes have no say.
    """
    if not any(any(stratum) for stratum in worse):
        return 0.0
    overall = coins_p(abs(sum(map(sum, worse))), sum(map(len, worse)))
    return min(overall, len(worse) * min(coins_p(abs(sum(stratum)), len(stratum)) for stratum in worse))


def outcomes_p(meetings: Sequence[Mapping[str, bool]]) -> float:
    """The chance of outcomes that hang so much on the contestant, were all of them alike: a permutation test.

    Cochran's Q (W. G. Cochran, Biometrika 37, 1950) compares yes or no of several contestants that met the same
    trigger and seed. Its statistic grows with the sum of squares of how often each came out badly; here its
    distribution is not approximated, but the outcomes of each meeting are dealt out anew among those who were there.

    Args:
        meetings: for each trigger and seed, whether it came out badly, by contestant.
    """
    if all(len(set(meeting.values())) < 2 for meeting in meetings):  # noqa: PLR2004 - all alike
        return 1.0
    chance = Random(SEED)  # noqa: S311 - statistics, nothing secret
    measured = _hang_together(meetings)
    dealt = (_hang_together([_dealt(meeting, chance) for meeting in meetings]) for _ in range(DEALS))
    return (1 + sum(value >= measured - _HAIR for value in dealt)) / (1 + DEALS)


def _hang_together(meetings: Sequence[Mapping[str, bool]]) -> float:
    """The sum over contestants of (bad outcomes - those expected of anyone in the same meetings)^2 / meetings."""
    off: dict[str, float] = {}
    met: dict[str, int] = {}
    for meeting in meetings:
        share = sum(meeting.values()) / len(meeting) if meeting else 0.0
        for name, bad in meeting.items():
            off[name] = off.get(name, 0.0) + bad - share
            met[name] = met.get(name, 0) + 1
    return sum(value**2 / met[name] for name, value in off.items())


def _dealt(meeting: Mapping[str, bool], chance: Random) -> dict[str, bool]:
    outcomes = list(meeting.values())
    chance.shuffle(outcomes)
    return dict(zip(meeting, outcomes, strict=True))


def holm(chances: Sequence[float]) -> list[float]:
    """The p values adjusted for how many there are (S. Holm, 1979), in the order in which they came."""
    adjusted, most = [1.0] * len(chances), 0.0
    for place, index in enumerate(sorted(range(len(chances)), key=lambda i: chances[i])):
        most = max(most, min(1.0, chances[index] * (len(chances) - place)))
        adjusted[index] = most
    return adjusted
