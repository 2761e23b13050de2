"""The bench `games`: which games it plays, what it keeps, and the tables of its rows. Tests bench.games."""

from pathlib import Path

import pytest

from bench import games as bench
from bench import rows as bench_rows
from bench.games import SEEDS, game_lines, games
from bench.players import PLAYERS, PLAYS
from bench.rows import Rows
from lab.analysis.score.game_score import GameScore
from lab.exercise.scenarios import all_scenarios
from tests.lab.analysis.score.test_compared import game


class Games:
    """Stands in for real games: the good player wins. ``fails``: seeds with which the lab dies."""

    def __init__(self) -> None:
        self.played: list[tuple[str, int, str]] = []
        self.fails: set[int] = set()

    def __call__(self, _: Path, __: str, scenario: str, seed: int, player: str) -> GameScore | None:
        self.played.append((scenario, seed, player))
        if seed in self.fails:
            return None if player == "good" else game(seed, won=True, complete=False)
        return game(seed, won=player == "good", hints=seed % 2)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Games:
    made = Games()
    monkeypatch.setattr(bench, "play_game", made)
    return made


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Rows of their own; git is not asked for each."""
    monkeypatch.setattr(bench_rows, "commit", lambda: "abc1234")
    return Rows(tmp_path / "rows.jsonl", tmp_path / "runs")


@pytest.mark.slow
def test_every_player_plays_every_known_scenario_with_the_same_seeds(rows: Rows, played: Games) -> None:
    """In turn; a second sitting plays only what is missing."""
    played.fails = {2}
    games(rows, "embedded", range(1, 3))
    known = [one.name for one in all_scenarios() if one.title in PLAYS]
    assert played.played == [(name, seed, player) for name in known for seed in (1, 2) for player in PLAYERS]
    assert len(rows.of(what="games")) == len(known) * len(PLAYERS), "those of seed 1"
    played.played.clear()
    played.fails = set()
    games(rows, "embedded", range(1, 11))
    assert {seed for _, seed, _ in played.played} == {*range(2, SEEDS + 1)}
    assert len(rows.of(what="games")) == len(known) * SEEDS * len(PLAYERS)


def test_the_table_says_who_is_ahead(rows: Rows) -> None:
    """By the games of the same seed; no row, no table."""
    assert [*game_lines(rows)] == []
    for seed in range(1, 6):
        for player in PLAYERS:
            score = game(seed, won=player == "good", hints=seed % 2).model_dump(mode="json")
            key = {"what": "games", "runtime": "embedded", "scenario": "hour", "seed": seed, "player": player}
            rows.add({**key, "score": score})
    text = "\n".join(game_lines(rows))
    assert "| embedded | hour | good | 5 of 5 (95 % interval 57..100 %) | 97.0 (93.6..100.4) | 20.0" in text
    for other in PLAYERS.keys() - {"good"}:
        assert f"* embedded, hour: good is ahead of {other}: by 97.0" in text
