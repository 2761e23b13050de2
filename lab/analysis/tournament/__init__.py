"""Many runs against each other: cells, their spread over seeds, who is better than whom, what changed. Pure."""

from lab.analysis.tournament.cell import Cell, cell_of, is_valid
from lab.analysis.tournament.difference import Differences, compare_runs
from lab.analysis.tournament.series import Second, series_of
from lab.analysis.tournament.standing import Tournament, make_tournament

__all__ = [
    "Cell",
    "Differences",
    "Second",
    "Tournament",
    "cell_of",
    "compare_runs",
    "is_valid",
    "make_tournament",
    "series_of",
]
