"""Wrong turns: mitigations that were undone, or that had no effect within 30 s. No blame: they cost time, that is all.

An effect is that more is good: the best 5 s within 30 s of it are at least 10 points above the 5 s before it, or
service is back. What is applied within 5 s of one another is one move, which has one effect; a move is watched until
the next. Where service was not hurt there is nothing to gain, so a mitigation then has no effect.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from lab.analysis.metrics.recovery import GOOD_FROM
from lab.analysis.score.game import Game
from lab.analysis.score.game_score import WrongTurn
from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.seconds import WINDOW_S
from lab.analysis.timeline.windows import good_share, last_seconds, sliding, whole_seconds

EFFECT_WITHIN_S = 30.0
ONE_MOVE_S = 5.0
GAIN = 0.10
"""Of all requests."""


def wrong_turns(game: Game) -> tuple[WrongTurn, ...]:
    """Those of a game, oldest first; what came after the second trigger began is not judged."""
    found: list[WrongTurn] = []
    for move, before, after in _judged(game):
        because = _because(before, after)
        for one in move:
            if _undone(game, one):
                found.append(_turn(game, one, "undone", before, after))
            elif because is not None:
                found.append(_turn(game, one, because, before, after))
    return tuple(found)


def anything_helped(game: Game) -> bool:
    """Whether a mitigation had an effect before the trigger came again; also one that was undone afterwards."""
    return any(_because(before, after) is None for _, before, after in _judged(game))


def _judged(game: Game) -> Iterator[tuple[list[ActionSpan], float | None, float | None]]:
    """Each move, with the share of good requests before and after it."""
    mitigations = [
        one for one in game.moves if one.kind == "mitigation" and (one.applied_s or 0.0) < game.first_end_s
    ]
    moves = _moves(mitigations)
    begins = [move[0].applied_s or 0.0 for move in moves] + [game.first_end_s]
    for move, (at_s, next_s) in zip(moves, pairwise(begins), strict=True):
        until_s = min(next_s, at_s + EFFECT_WITHIN_S)
        yield move, *_shares(game, at_s, move[-1].applied_s or at_s, until_s)


def _moves(mitigations: Sequence[ActionSpan]) -> list[list[ActionSpan]]:
    moves: list[list[ActionSpan]] = []
    for one in mitigations:
        if moves and (one.applied_s or 0.0) - (moves[-1][-1].applied_s or 0.0) <= ONE_MOVE_S:
            moves[-1].append(one)
        else:
            moves.append([one])
    return moves


def _shares(game: Game, at_s: float, from_s: float, until_s: float) -> tuple[float | None, float | None]:
    """The share of good requests in the 5 s before a move, and in its best 5 s (its worst, where none is better)."""
    before = good_share(game.view, last_seconds(whole_seconds(game.started_s, at_s), WINDOW_S))
    shares = [good_share(game.view, window) for window in sliding(whole_seconds(from_s, until_s))]
    known = [share for share in shares if share is not None]
    if not known or before is None:
        return before, None
    return before, max(known) if before < GOOD_FROM else min(known)


def _because(before: float | None, after: float | None) -> str | None:
    if before is None or after is None:
        return None  # not measured: no one is charged with it
    if before >= GOOD_FROM:
        return "worse" if after < before - GAIN else "without effect"
    return None if after >= min(GOOD_FROM, before + GAIN) else "without effect"


def _undone(game: Game, action: ActionSpan) -> bool:
    return action.reverted_s is not None and action.reverted_s < game.first_end_s


def _turn(
    game: Game, action: ActionSpan, because: str, before: float | None, after: float | None
) -> WrongTurn:
    return WrongTurn.model_validate(
        {
            "at_s": round((action.applied_s or 0.0) - game.started_s, 1),
            "name": action.fault,
            "target": action.target,
            "by": action.by,
            "because": because,
            "good_before": None if before is None else round(before, 3),
            "good_after": None if after is None else round(after, 3),
        }
    )
