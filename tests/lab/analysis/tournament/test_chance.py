"""Places: two that are alike get none, and what hangs on the contestant is seen with the seeds that a plan has."""

import random
from itertools import combinations, product

import pytest

from bench.places import Run, at_the_edge, lopsided, ranked, scattered, table
from lab.analysis.tournament.chance import coins_p, outcomes_p, strata_p


@pytest.mark.parametrize(
    ("run", "contestants", "seeds", "tables"),
    [
        (scattered, 2, 2, 150), (scattered, 4, 5, 60), (lopsided, 2, 3, 150),
        (at_the_edge, 2, 5, 60), (at_the_edge, 12, 5, 20),
        pytest.param(scattered, 2, 5, 4000, marks=pytest.mark.long),
        pytest.param(lopsided, 6, 5, 600, marks=pytest.mark.long),
        pytest.param(at_the_edge, 7, 5, 800, marks=pytest.mark.long),
        pytest.param(at_the_edge, 12, 5, 400, marks=pytest.mark.long),
    ],
)  # fmt: skip
@pytest.mark.slow
def test_hardly_a_table_of_alikes_has_a_place(run: Run, contestants: int, seeds: int, tables: int) -> None:
    """At most one in twenty, and what so many tables may show more by chance (three standard errors).

    The last of them fails where t alone decides (tried): of twelve, one is soon stuck in all runs, another in none.
    """
    fooled = ranked(run, contestants, seeds, tables, random.Random(6))  # noqa: S311 - test data
    assert fooled / tables <= 0.05 + 3 * (0.05 * 0.95 / tables) ** 0.5


def test_a_single_seed_ranks_no_one() -> None:
    """However far apart they are."""
    found = table(["a", "b"], 1, lambda name: (name == "a", 0.9 if name == "a" else 0.0))
    assert [place.best for place in found.places] == [None, None]


@pytest.mark.parametrize(("contestants", "seeds"), [(2, 5), (4, 3), (19, 5)])
@pytest.mark.slow
def test_always_stuck_and_never_stuck_are_told_apart(contestants: int, seeds: int) -> None:
    """With as many seeds as the plans have: the better half shares the first places, the others the last ones."""
    chance = random.Random(19)  # noqa: S311 - test data
    names = [f"c{number}" for number in range(contestants)]
    bad = set(names[::2])
    found = table(
        names, seeds, lambda name: (name in bad, 0.3 + 0.45 * (name in bad) + chance.gauss(0, 0.01))
    )
    apart = {(pair.first, pair.second) for pair in found.pairs if pair.better is not None}
    assert apart == {(a, b) for a, b in combinations(names, 2) if (a in bad) != (b in bad)}
    assert all(pair.better not in bad for pair in found.pairs)
    good = contestants - len(bad)
    assert {(place.best, place.worst) for place in found.places} == {(1, good), (good + 1, contestants)}


@pytest.mark.parametrize(("apart", "runs"), [(0, 3), (1, 1), (2, 3), (3, 3), (4, 4)])
def test_two_coins_are_counted(apart: int, runs: int) -> None:
    """Against every way in which two coins can fall."""
    thrown = list(product((0, 1), repeat=2 * runs))
    far = sum(abs(sum(one[:runs]) - sum(one[runs:])) >= apart for one in thrown)
    assert coins_p(apart, runs) == pytest.approx(far / len(thrown))


@pytest.mark.parametrize(
    ("worse", "chance"),
    [
        ([[0, 0], [0]], 0.0),  # never apart: no say
        ([[1, 1, 1, 1, 1]], 2 / 1024),
        ([[1, 1, 1, 1, 1], [0, 0, 0, 0, 0]], 2 * 2 / 1024),  # of two strata the better one, times two
        ([[1, -1]], 1.0),
        ([[1, 1], [1, 1], [1, 1]], 2 / 4096),  # together they tell more
    ],
)
def test_outcomes_count_over_all_triggers_and_in_each(worse: list[list[int]], chance: float) -> None:
    """The least, corrected for how many were looked at."""
    assert strata_p(worse) == pytest.approx(chance)


def test_outcomes_hang_on_the_contestant_or_on_the_seed() -> None:
    """Always the same one is suspicious; a seed that is bad for all is not, nor is one whose runs are invalid."""
    always = [{"a": True, "b": False, "c": False} for _ in range(5)]
    assert outcomes_p(always) == pytest.approx(1 / 81, abs=0.012)  # of 3^5 deals the 3 that give all to one
    by_seed = [{"a": bad, "b": bad, "c": bad} for bad in (True, False, True)]
    assert outcomes_p(by_seed) == 1.0
    assert outcomes_p([*by_seed, {"a": True}, {}]) == 1.0
