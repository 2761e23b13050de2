"""Customer minutes lost: sum over seconds of (offered - good) / offered x users / 60.

A second in which a customer offered nothing costs nothing; one that was not measured is counted as such, and not as
good or bad.
"""

from lab.analysis.score.game import Game
from lab.analysis.score.game_score import CustomerLoss
from lab.analysis.timeline.of_customer import of_customer
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import whole_seconds
from lab.drillfile.scenario import ALL


def lost_minutes(game: Game) -> dict[str, CustomerLoss]:
    """By customer, over the game."""
    return {name: _loss(game, name, users) for name, users in game.scenario.users.items()}


def _loss(game: Game, name: str, users: int) -> CustomerLoss:
    view = game.view if name == ALL else of_customer(game.view, name)
    whole = whole_seconds(game.started_s, game.stopped_s)
    again = range(0) if game.again_s is None else whole_seconds(game.again_s, game.stopped_s)
    return CustomerLoss(
        users=users,
        minutes_lost=_minutes(view, whole, users),
        minutes_lost_again=_minutes(view, again, users),
        unmeasured_s=sum(view.row(second).offered is None for second in whole),
    )


def _minutes(view: Timeline, span: range, users: int) -> float:
    rows = (view.row(second) for second in span)
    shares = ((row.offered - (row.good or 0)) / row.offered for row in rows if row.offered)
    return round(sum(shares) * users / 60, 1)
