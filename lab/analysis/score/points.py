"""Points of a game, for programs and for rankings that people asked for. Never shown unasked.

    100  the condition of victory; an unsafe fix: none of them
     10  each of: noticed, found the cause, told customers, mitigated; less with time, nothing after 5 minutes
     -5  each wrong turn;  -5 each hint
    -20  each change, where nothing was wrong

At least 0.
"""

from lab.analysis.score.game_score import GameScore
from lab.drillfile.causes import NOTHING

VICTORY = 100.0
IN_TIME, IN_TIME_S = 10.0, 300.0
WRONG_TURN, HINT, NEEDLESS = 5.0, 5.0, 20.0


def points(score: GameScore) -> float:
    """The points of a game, to one place."""
    won = VICTORY if score.won else 0.0
    costs = HINT * score.hints
    if score.cause == NOTHING:
        return max(0.0, round(won - costs - NEEDLESS * len(score.wrong_turns), 1))
    times = (score.detect_s, score.diagnose_s, score.tell_customers_s, score.mitigate_s)
    timely = sum(max(0.0, 1 - time_s / IN_TIME_S) for time_s in times if time_s is not None)
    return max(0.0, round(won + IN_TIME * timely - costs - WRONG_TURN * len(score.wrong_turns), 1))
