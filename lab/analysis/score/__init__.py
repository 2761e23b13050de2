"""The figures of a game day, from its journal alone: when, how much, whether the fix holds. Pure, and recomputable."""

from lab.analysis.score.figures_of_game import score_game
from lab.analysis.score.game import Game, GameError, game_of
from lab.analysis.score.game_score import GameScore

__all__ = ["Game", "GameError", "GameScore", "game_of", "score_game"]
