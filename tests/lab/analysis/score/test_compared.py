"""Players over many games. Tests lab.analysis.score.compared."""

import pytest

from lab.analysis.score.compared import Mean, compare_players, mean_of
from lab.analysis.score.game_score import CustomerLoss, GameScore


def game(
    seed: int | None, *, won: bool, hints: int = 0, complete: bool = True, lost: float = 10.0
) -> GameScore:
    """A game with 100 points where it was won, less 5 for each hint."""
    loss = CustomerLoss(users=60, minutes_lost=lost, minutes_lost_again=0.0, unmeasured_s=0)
    return GameScore(
        scenario="hour", title="An hour", seed=seed, complete=complete, pace="scripted", lasted_s=60.0,
        cause="errors of storefront", customers={"shop": loss, "stream": loss}, won=won, hints=hints, because="so",
    )  # fmt: skip


def test_a_mean_has_students_interval() -> None:
    """Of 1, 2, 3, 4, 5: s is 1.58, t of 4 degrees is 2.776, so 3 +- 1.96; one value has none."""
    found = mean_of([1, 2, 3, 4, 5])
    assert (found.n, found.mean) == (5, 3)
    assert found.low == pytest.approx(1.037, abs=1e-3)
    assert found.high == pytest.approx(4.963, abs=1e-3)
    assert mean_of([7]) == Mean(1, 7, None, None)
    assert mean_of([]) == Mean(0, None, None, None)


def test_the_better_player_comes_first_and_is_ahead_by_games_that_both_have_played() -> None:
    """Seed by seed: what a seed makes hard for both is no difference between them."""
    good = [game(seed, won=True, hints=seed) for seed in range(1, 6)]
    bad = [game(seed, won=False, lost=50.0) for seed in range(2, 7)]
    found = compare_players({"bad": bad, "good": good})
    assert [one.player for one in found.players] == ["good", "bad"]
    first, last = found.players
    assert (first.won.k, first.won.n, last.won.k) == (5, 5, 0)
    assert first.won.low > last.won.high
    assert (first.points.mean, last.points.mean) == (85, 0)
    assert (first.minutes_lost.mean, last.minutes_lost.mean) == (20, 100)
    assert first.recover_s == Mean(0, None, None, None)
    (against,) = found.first_against
    assert (against.player, against.other, against.points.n, against.points.mean) == ("good", "bad", 4, 82.5)
    assert against.ahead


def test_what_differs_by_chance_alone_is_not_ahead() -> None:
    """Nor is one game enough, nor games of different seeds, nor games without one."""
    some = [game(seed, won=seed % 2 == 0) for seed in range(1, 7)]
    others = [game(seed, won=seed % 3 == 0) for seed in range(1, 7)]
    assert not compare_players({"some": some, "others": others}).first_against[0].ahead
    once = compare_players({"a": [game(1, won=True)], "b": [game(1, won=False)]}).first_against[0]
    assert (once.points.n, once.ahead) == (1, False)
    for seeds in ((1, 2), (None, None)):
        apart = compare_players({"a": [game(seeds[0], won=True)], "b": [game(seeds[1], won=False)]})
        assert apart.first_against[0].points.n == 0


def test_a_game_that_was_cut_short_is_counted_and_is_in_no_figure() -> None:
    """Whatever it says."""
    found = compare_players({"a": [game(1, won=True), game(2, won=False, complete=False)]})
    (one,) = found.players
    assert (one.won.k, one.won.n, one.cut_short, one.points.n) == (1, 1, 1, 1)
    assert found.first_against == ()
