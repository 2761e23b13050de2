"""Ranks only where the difference is more than the spread: two that are alike are never ranked."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from lab.analysis.tournament import Cell, make_tournament
from lab.analysis.tournament.chance import holm, mean_p
from lab.analysis.tournament.rank import rank

TABLES = 200


def cell(contestant: str, seed: int, lost: float, *, trigger: str = "latency", **changes: object) -> Cell:
    """A valid run that lost this share; stuck from half on."""
    fields = {
        "stuck": lost >= 0.5,
        "outlasted": lost >= 0.5,
        "verdict": "pass",
        "valid": True,
        "run": f"{contestant}-{trigger}-{seed}",
    }
    return Cell(contestant=contestant, trigger=trigger, seed=seed, lost_share=lost, **(fields | changes))


def calm(chance: random.Random) -> float:
    """A policy that loses about 30 %."""
    return chance.gauss(0.3, 0.03)


def tipping(chance: random.Random) -> float:
    """A policy at the tipping point: stuck every second time."""
    return chance.gauss(0.9 if chance.random() < 0.5 else 0.1, 0.01)


def tailed(chance: random.Random) -> float:
    """Mostly good, at times rather bad, never stuck."""
    return min(0.49, 0.05 + chance.expovariate(12))


def false_tables(draw: Callable[[random.Random], float], names: str, seeds: int, triggers: int = 1) -> int:
    """Tables (of many) in which anyone was ranked although all are alike."""
    chance, wrong = random.Random(11), 0  # noqa: S311 - a simulation
    for _ in range(TABLES):
        cells = [
            cell(name, seed, max(0.0, draw(chance)), trigger=f"t{trigger}")
            for name in names for seed in range(seeds) for trigger in range(triggers)
        ]  # fmt: skip
        wrong += any(pair.better for pair in rank(cells).pairs)
    return wrong


@pytest.mark.parametrize(("other", "better"), [("same", None), ("another", "a"), (None, "a")])
@pytest.mark.slow
def test_one_drill_under_two_names_is_never_ranked(other: str | None, better: str | None) -> None:
    """However far apart its runs came out: that was chance, or the machine."""
    cells = [cell("a", seed, 0.1 + seed / 1000, drill="same") for seed in range(5)]
    cells += [cell("b", seed, 0.4 + seed / 900, drill=other) for seed in range(5)]
    (pair,) = rank(cells).pairs
    assert pair.better == better
    assert ("one and the same" in pair.because) is (better is None)


@pytest.mark.parametrize("draw", [calm, tipping, tailed])
@pytest.mark.parametrize(
    ("names", "seeds", "triggers"), [("ab", 2, 1), ("ab", 5, 1), ("abcd", 3, 1), ("ab", 5, 3)]
)
@pytest.mark.slow
def test_the_same_policy_twice_is_not_ranked(
    draw: Callable[[random.Random], float], names: str, seeds: int, triggers: int
) -> None:
    """Whatever way it scatters: a false place in fewer than 5 % of tables (2.3 standard errors of slack)."""
    assert false_tables(draw, names, seeds, triggers) <= TABLES * (0.05 + 2.3 * (0.05 * 0.95 / TABLES) ** 0.5)


@pytest.mark.slow
def test_a_difference_beyond_the_spread_is_ranked() -> None:
    """Two that are clearly apart, a third that is like the second: places 1, 2-3, 2-3."""
    chance = random.Random(5)  # noqa: S311 - a simulation
    means = {"budget": 0.15, "none": 0.30, "nothing": 0.30}
    cells = [cell(name, seed, chance.gauss(mean, 0.01)) for name, mean in means.items() for seed in range(5)]
    places = {one.contestant: (one.best, one.worst) for one in rank(cells).places}
    assert places == {"budget": (1, 1), "none": (2, 3), "nothing": (2, 3)}


@pytest.mark.slow
def test_always_stuck_and_never_are_told_apart_over_five_seeds_but_not_over_two() -> None:
    """Two coins agree so by chance in 2 of 16 cases with two seeds, in 2 of 1024 with five."""

    def better(seeds: int) -> str | None:
        chance = random.Random(6)  # noqa: S311 - a simulation
        drawn = [(s, chance.gauss(0, 0.004)) for s in range(seeds)]
        cells = [cell("stuck", s, 0.9 + x) for s, x in drawn] + [cell("over", s, 0.2 - x) for s, x in drawn]
        return rank(cells).pairs[0].better

    assert (better(2), better(5)) == (None, "over")


@pytest.mark.slow
def test_one_trigger_of_many_can_tell_two_apart() -> None:
    """Stuck in 5 of 5 runs or in none, under one trigger of eight; under the others both fare alike."""
    chance = random.Random(8)  # noqa: S311 - a simulation, not a secret
    others = [f"t{number}" for number in range(7)]
    cells = [
        cell(name, seed, (lost if trigger == "latency" else 0.1) + chance.gauss(0, 0.004), trigger=trigger)
        for name, lost in (("stuck", 0.95), ("over", 0.2)) for trigger in ("latency", *others) for seed in range(5)
    ]  # fmt: skip
    assert rank(cells).pairs[0].better == "over"


@pytest.mark.slow
def test_runs_on_bridges_that_differ_are_not_held_against_each_other() -> None:
    """A tournament that went on with a bridge a third larger: only the pairs from before count."""
    small: dict[str, Any] = {"capacity_rps": 135.0}
    large: dict[str, Any] = {"capacity_rps": 180.0}
    cells = [
        cell(name, seed, lost, **(large if name == "b" and seed > 1 else small))
        for name, lost in (("a", 0.3), ("b", 0.1)) for seed in range(4)
    ]  # fmt: skip
    pair = rank(cells).pairs[0]
    assert (pair.runs, pair.better) == (2, "b")
    apart = [one.model_copy(update=large if one.contestant == "b" else small) for one in cells]
    assert "bridges that are alike" in rank(apart).pairs[0].because


def test_one_run_ranks_nothing() -> None:
    """However far apart, and over however many triggers: without a second seed there is no spread."""
    cells = [cell(n, 1, lost, trigger=t) for n, lost in (("a", 0.0), ("b", 1.0)) for t in ("x", "y", "z")]
    found = make_tournament(cells, plan="p", title="t", command="c")
    assert all(
        one.best is None and "two with the same trigger" in one.because for one in found.overall.places
    )


def test_runs_that_are_invalid_never_count() -> None:
    """Their figures are in no mean and no rank; they are listed apart."""
    good = [cell(n, s, lost + s / 1000) for n, lost in (("a", 0.1), ("b", 0.4)) for s in range(4)]
    wild = cell("a", 9, 1.0, valid=False, verdict="inconclusive", reasons=("steal: 9.1 (limit < 2 %)",))
    found = make_tournament([*good, wild], plan="p", title="t", command="c")
    assert found.invalid == (wild,)
    score = found.score("a", "latency")
    assert (score.runs, score.valid, score.ended) == (5, 4, "recovered")
    assert score.lost_share is not None
    assert score.lost_share.most < 0.2
    assert found.overall == make_tournament(good, plan="p", title="t", command="c").overall


def test_mixed_outcomes_are_borderline() -> None:
    """Some stuck, some not: that is what the tipping point looks like, and no mean tells it."""
    found = make_tournament(
        [cell("a", 1, 0.9), cell("a", 2, 0.2), cell("b", 1, 0.9), cell("c", 1, 0.3, outlasted=None)],
        plan="p", title="t", command="c", contestants=("d",),
    )  # fmt: skip
    ended = {score.contestant: (score.ended, score.stuck, score.told) for score in found.scores}
    assert ended == {
        "a": ("borderline", 1, 2),
        "b": ("stuck", 1, 1),
        "c": ("undetermined", 0, 0),
        "d": ("not run", 0, 0),
    }


def test_a_tournament_survives_its_own_json() -> None:
    """What is written can be read back."""
    found = make_tournament([cell("a", s, 0.1) for s in range(3)], plan="p", title="t", command="c")
    assert type(found).model_validate_json(found.model_dump_json()) == found


def test_holm_corrects_step_by_step() -> None:
    """The example of the procedure: 0.01, 0.04, 0.03, 0.005 of four."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_the_paired_test_is_students() -> None:
    """The sleep data of W. S. Gosset (1908): mean difference 1.58, t = 4.0621, p = 0.002833."""
    gosset = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    mean, half, p = mean_p({"sleep": gosset})
    assert mean == pytest.approx(1.58)
    assert half == pytest.approx(2.4598858 - 1.58, abs=1e-6)
    assert p == pytest.approx(0.00283289, abs=1e-7)
