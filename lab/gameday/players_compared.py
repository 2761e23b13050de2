"""``lab gameday compare``: the games of several players, each in a folder of its own, side by side."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError
from rich.table import Table

from lab.analysis.score.compared import Against, Compared, Mean, PlayerFigures
from lab.analysis.score.game_score import GameScore
from lab.drillfile import DrillError

SCORES = ("gameday/score.json", "*/gameday/score.json", "runs/*/gameday/score.json")
"""Where they are in a run's folder, a folder of runs, and a LAB_HOME."""
PLAYERS_AT_LEAST = 2


def read_scores(folder: Path) -> list[GameScore]:
    """Every game in a player's folder, each once.

    Raises:
        DrillError: there is none, or a score can't be read; says which.
    """
    files = sorted({file.resolve() for pattern in SCORES for file in folder.glob(pattern)})
    if not files:
        raise DrillError(
            f"{folder} has no game with a score; it is a LAB_HOME in which one player's games were played"
        )
    return [_score(file) for file in files]


def _score(file: Path) -> GameScore:
    try:
        return GameScore.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as wrong:
        raise DrillError(
            f"{file} is not the score of a game; `lab gameday debrief` makes it anew from the journal"
        ) from wrong


def as_table(found: Compared) -> Table:
    """A row for each player."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in (
        "player",
        "won",
        "points",
        "customer minutes lost",
        "back after s",
        "hints",
        "wrong turns",
    ):
        table.add_column(column)
    for one in found.players:
        figures = (one.points, one.minutes_lost, one.recover_s, one.hints, one.wrong_turns)
        table.add_row(one.player, str(one.won), *map(shown, figures))
    return table


def remarks(found: Compared) -> Iterator[str]:
    """What the table does not say: games that were cut short, and whether the first one is ahead."""
    for one in found.players:
        if one.cut_short:
            yield _cut_short(one)
    for against in found.first_against:
        yield _against(against)


def shown(figure: Mean) -> str:
    """A mean with its interval."""
    if figure.mean is None:
        return "none"
    if figure.low is None or figure.high is None:
        return f"{figure.mean:,.1f} (one game)"
    return f"{figure.mean:,.1f} ({figure.low:,.1f}..{figure.high:,.1f})"


def _cut_short(one: PlayerFigures) -> str:
    return f"{one.player}: {one.cut_short} games were cut short and are in no figure"


def _against(one: Against) -> str:
    games = f"{one.points.n} games of the same scenario and seed"
    if one.points.mean is None:
        return f"{one.player} and {one.other} have played no game of the same scenario and seed"
    if one.points.low is None:
        return f"{one.player} and {one.other}: one game of the same scenario and seed says nothing yet"
    word = "is ahead of" if one.ahead else "is not known to be ahead of"
    return f"{one.player} {word} {one.other}: by {shown(one.points)} points, over {games}"
