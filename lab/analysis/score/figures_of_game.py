"""A game -> its score."""

import copy

from lab.analysis.metrics.holds import Holds, find_holds
from lab.analysis.metrics.recovery import AFTERWARDS_S, GOOD_AFTERWARDS, GOOD_FROM
from lab.analysis.planes.score import score as score_planes
from lab.analysis.score.game import Game, game_of
from lab.analysis.score.game_score import GameScore, WrongTurn
from lab.analysis.score.lost_minutes import lost_minutes
from lab.analysis.score.wrong_turns import anything_helped, wrong_turns
from lab.analysis.timeline.seconds import WINDOW_S
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import good_share, sliding, whole_seconds
from lab.journal.exercise_events import DIRECTOR

UNHEARD = frozenset({"started", "said", "resolved", "retriggered", "stopped"})
"""Acts that say nothing of what responders have noticed."""


def score_game(timeline: Timeline) -> GameScore:
    """The figures of the game that was played in a run.

    Raises:
        GameError: none was.
    """
    game = game_of(timeline)
    turns = wrong_turns(game)
    holds = _holds(game)
    recover_s = _since_trigger(game, back_s(game))
    hints = [one for one in game.of_team if one.act == "hint"]
    costs_s = sum(hint.costs_s for hint in game.scenario.hints[: len(hints)])
    won, because = _won(game, recover_s, holds)
    update = None if game.trigger_s is None else game.first("update", game.trigger_s)
    return GameScore(
        scenario=game.scenario.name,
        title=game.scenario.title,
        seed=None if timeline.exercise is None else timeline.exercise.seed,
        complete=game.complete,
        pace="played" if timeline.exercise is None else timeline.exercise.pace,
        lasted_s=round(game.stopped_s - game.started_s, 1),
        cause=str(game.scenario.causes[0]),
        declared=tuple((round(at_s - game.started_s, 1), text) for at_s, text in _declared(game)),
        detect_s=_since_trigger(game, _detected_s(game)),
        diagnose_s=_since_trigger(game, _diagnosed_s(game)),
        mitigate_s=_since_trigger(game, _mitigated_s(game, turns)),
        recover_s=recover_s,
        recover_with_hints_s=None if recover_s is None else round(recover_s + costs_s, 1),
        tell_customers_s=_since_trigger(game, None if update is None else update.at_s),
        customers=lost_minutes(game),
        wrong_turns=turns,
        hints=len(hints),
        holds=holds.value,
        holds_because=holds.because,
        looser=holds.looser,
        won=won,
        because=because,
        planes=score_planes(game.view),
    )


def back_s(game: Game) -> float | None:
    """The run time from which service stayed back until the trigger came again, or the end; None: it did not.

    The first 5 s window of at least 95 % good after which every 10 s are at least 90 % good; the last one must have
    10 s after it. None as well where service was never hurt.
    """
    if game.trigger_s is None:
        return None
    span = _measured(game, whole_seconds(game.trigger_s, game.first_end_s))
    shares = {window.start: good_share(game.view, window) for window in sliding(span)}
    hurt = [start for start, share in shares.items() if share is None or share < GOOD_FROM]
    if not hurt:
        return None
    tens = {window.start: good_share(game.view, window) for window in sliding(span, AFTERWARDS_S)}
    low = [start for start, share in tens.items() if share is None or share < GOOD_AFTERWARDS]
    for start in range(hurt[0] + 1, span.stop - WINDOW_S - AFTERWARDS_S + 1):
        share = shares.get(start)
        if share is not None and share >= GOOD_FROM and start + WINDOW_S > max(low, default=-1):
            return float(start)
    return None


def _measured(game: Game, span: range) -> range:
    """Without the last seconds, of which nothing is known: a lab that died has no cohorts of them."""
    known = (second + 1 for second in reversed(span) if game.view.row(second).offered is not None)
    return range(span.start, next(known, span.start))


def _since_trigger(game: Game, at_s: float | None) -> float | None:
    return None if at_s is None or game.trigger_s is None else round(at_s - game.trigger_s, 1)


def _declared(game: Game) -> list[tuple[float, str]]:
    return [(one.at_s, one.text) for one in game.of_team if one.act == "declared"]


def _right(game: Game, text: str) -> bool:
    return text in {str(cause) for cause in game.scenario.causes}


def _detected_s(game: Game) -> float | None:
    """The first thing that a responder did or said once the trigger had begun."""
    if game.trigger_s is None:
        return None
    said = [one.at_s for one in game.of_team if one.act not in UNHEARD and one.by != DIRECTOR]
    done = [one.applied_s for one in game.moves if one.applied_s is not None]
    return min((at_s for at_s in (*said, *done) if at_s >= game.trigger_s), default=None)


def _diagnosed_s(game: Game) -> float | None:
    """When the team said what it stood by to the end: who names every cause in turn has found none."""
    found = None
    for at_s, text in _declared(game):
        if at_s >= (game.trigger_s or 0.0):
            found = (at_s if found is None else found) if _right(game, text) else None
    return found


def _mitigated_s(game: Game, turns: tuple[WrongTurn, ...]) -> float | None:
    wrong = {(turn.at_s, turn.name, turn.target) for turn in turns}
    helped = (
        one.applied_s
        for one in game.moves
        if one.kind == "mitigation"
        and one.applied_s is not None
        and game.trigger_s is not None
        and game.trigger_s <= one.applied_s < game.first_end_s
        and (round(one.applied_s - game.started_s, 1), one.fault, one.target) not in wrong
    )
    return next(helped, None)


def _holds(game: Game) -> Holds:
    if game.scenario.quiet:
        return Holds(None, "nothing was wrong, so nothing was played again")
    victory = game.scenario.victory
    return find_holds(_with_the_fix(game), victory.within_s, victory.envelope)


def _with_the_fix(game: Game) -> Timeline:
    """The run with those mitigations that were active when the trigger came again: what was tried before is no fix."""
    view = copy.copy(game.view)
    view.actions = {
        name: one
        for name, one in game.view.actions.items()
        if one.kind != "mitigation" or one.over_s is None or one.over_s >= game.first_end_s
    }
    return view


def _won(game: Game, recover_s: float | None, holds: Holds) -> tuple[bool, str]:
    """Whether the condition of victory was met, and why."""
    if game.scenario.quiet:
        return _left_alone(game)
    if game.trigger_s is None:
        return False, "the game ended before anything happened"
    unhurt = _unhurt(game)
    if recover_s is None and not unhurt:
        return False, "service did not come back before the trigger was played again, or before the end"
    if holds.value == "yes" and not _fixed(game, unhurt=unhurt):
        return False, "service came back by itself: nothing that had helped, or spared it, was a fix"
    before = {None: "whether the fix holds is not known: ", "unsafe": "the fix is unsafe: "}.get(
        holds.value, ""
    )
    return holds.value == "yes", f"{before}{holds.because}"


def _fixed(game: Game, *, unhurt: bool) -> bool:
    """Whether there was a fix: a mitigation was active when the trigger came again, and one had helped before.

    Where service was never hurt there was nothing to help.
    """
    active = any(
        one.kind == "mitigation"
        and (one.applied_s or 0.0) < game.first_end_s
        and (one.over_s is None or one.over_s >= game.first_end_s)
        for one in game.moves
    )
    return active and (unhurt or anything_helped(game))


def _unhurt(game: Game) -> bool:
    """Whether service was never hurt by the first trigger, as every second of it shows."""
    span = _measured(game, whole_seconds(game.trigger_s or 0.0, game.first_end_s))
    shares = [good_share(game.view, window) for window in sliding(span)]
    return bool(shares) and all(share is not None and share >= GOOD_FROM for share in shares)


def _left_alone(game: Game) -> tuple[bool, str]:
    """Where nothing was wrong: nothing was changed, and what was declared is that."""
    if game.moves:
        return False, f"nothing was wrong, and {len(game.moves)} changes were made"
    last = [text for _, text in _declared(game)][-1:]
    if last and not _right(game, last[0]):
        return False, f"nothing was wrong, and {last[0]} was declared"
    return game.complete, "nothing was wrong, and nothing was changed"
