"""Players over many games: how often they won, and their figures with 95 % intervals.

    won            k of n, Wilson's interval
    points, ...    the mean of all games, Student's t
    against        the mean difference over the games of one scenario and seed that both have played, Student's t

A game that was cut short is counted and is part of no figure: how it would have ended is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from lab.analysis.score.game_score import GameScore
from lab.analysis.score.points import points
from lab.analysis.verdict.interval import Proportion, wilson
from lab.student_t import t_975


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of ``n`` values, and between which the truth lies with 95 % confidence; None: too few to know."""

    n: int
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class PlayerFigures:
    """What a player's games came to.

    Attributes:
        cut_short: games that were not played to their end; in none of the figures.
        minutes_lost: customer minutes of a game, of all its customers.
        recover_s: of those games in which service came back.
        hints, wrong_turns: of a game.
    """

    player: str
    won: Proportion
    cut_short: int
    points: Mean
    minutes_lost: Mean
    recover_s: Mean
    hints: Mean
    wrong_turns: Mean


@dataclass(frozen=True, slots=True)
class Against:
    """By how many points a player is ahead of another, over games of the same scenario and seed."""

    player: str
    other: str
    points: Mean

    @property
    def ahead(self) -> bool:
        """Whether it is certain enough (95 %) that the player is ahead."""
        return self.points.low is not None and self.points.low > 0


@dataclass(frozen=True, slots=True)
class Compared:
    """All players, most points first; and the first one against each other one."""

    players: tuple[PlayerFigures, ...]
    first_against: tuple[Against, ...]


def compare_players(games: Mapping[str, Sequence[GameScore]]) -> Compared:
    """Compare players by their games."""
    found = sorted(
        (_figures(player, scores) for player, scores in games.items()),
        key=lambda one: (-(one.points.mean or 0.0), one.player),
    )
    first, *others = (one.player for one in found)
    return Compared(tuple(found), tuple(_against(first, other, games) for other in others))


def mean_of(values: Iterable[float]) -> Mean:
    """The mean with Student's interval."""
    known = [*values]
    if not known:
        return Mean(0, None, None, None)
    mean = fmean(known)
    if len(known) == 1:
        return Mean(1, mean, None, None)
    half = t_975(len(known) - 1) * stdev(known) / sqrt(len(known))
    return Mean(len(known), mean, mean - half, mean + half)


def _figures(player: str, scores: Sequence[GameScore]) -> PlayerFigures:
    whole = [one for one in scores if one.complete]
    return PlayerFigures(
        player=player,
        won=wilson(sum(one.won for one in whole), len(whole)),
        cut_short=len(scores) - len(whole),
        points=mean_of(points(one) for one in whole),
        minutes_lost=mean_of(sum(loss.minutes_lost for loss in one.customers.values()) for one in whole),
        recover_s=mean_of(one.recover_s for one in whole if one.recover_s is not None),
        hints=mean_of(one.hints for one in whole),
        wrong_turns=mean_of(len(one.wrong_turns) for one in whole),
    )


def _against(player: str, other: str, games: Mapping[str, Sequence[GameScore]]) -> Against:
    mine, theirs = _by_game(games[player]), _by_game(games[other])
    return Against(player, other, mean_of(mine[game] - theirs[game] for game in mine if game in theirs))


def _by_game(scores: Sequence[GameScore]) -> dict[tuple[str, int, str], float]:
    """(scenario, seed, pace) -> points, on average where it was played more than once."""
    found: dict[tuple[str, int, str], list[float]] = {}
    for one in scores:
        if one.complete and one.seed is not None:
            found.setdefault((one.scenario, one.seed, one.pace), []).append(points(one))
    return {game: fmean(values) for game, values in found.items()}
