"""Two runs, or two groups of runs, side by side: for each figure *changed*, *not changed* or *unclear*.

A figure has a margin: what is less than that makes no difference to anyone. With the 95 % interval of B - A,

    changed      the interval lies on one side of 0, and the difference is at least the margin
    not changed  the interval lies within the margin (two one-sided tests; D. Schuirmann, 1987)
    unclear      neither: there was too little to see

One run each: second against second, counted from the trigger's start, by the moving-block bootstrap (``blocks``). It
knows how the seconds of these two runs scatter, but not how runs do. Several runs each: run against run, by Welch's t.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, variance

from pydantic import BaseModel, ConfigDict

from lab.analysis.tournament import student
from lab.analysis.tournament.blocks import half_width
from lab.analysis.tournament.cell import Cell, cell_of
from lab.analysis.tournament.cell_figures import FIGURES, Figure
from lab.analysis.tournament.figure_change import FigureChange, decide
from lab.analysis.tournament.likeness import Judged, set_differently, why_unlike
from lab.analysis.tournament.outcome import compare_outcomes
from lab.analysis.tournament.seconds import Both, seconds_of_both

FEWEST = 2
"""Runs on each side from which on their own spread is known."""


class Differences(BaseModel):
    """What ``lab compare RUN_A RUN_B`` says.

    Attributes:
        a, b: names of the runs.
        set_differently: what they were asked to do differently.
        unlike: why they can't be compared; then every figure is *unclear*.
        seconds: of two single runs, how many since the trigger's start both have: figures that are made from seconds
            are of these alone. None: not so compared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    a: tuple[str, ...]
    b: tuple[str, ...]
    set_differently: tuple[str, ...]
    unlike: tuple[str, ...]
    seconds: int | None = None
    changes: tuple[FigureChange, ...]


def compare_runs(a: Sequence[Judged], b: Sequence[Judged]) -> Differences:
    """Compare two groups of judged runs, one or several each.

    Raises:
        ValueError: a group is empty.
    """
    if not a or not b:
        raise ValueError("nothing to compare: give at least one run on each side")
    one = [cell_of(timeline, verdict, contestant="A", trigger="") for timeline, verdict in a]
    other = [cell_of(timeline, verdict, contestant="B", trigger="") for timeline, verdict in b]
    unlike = why_unlike(a, b)
    both = seconds_of_both(a[0][0], b[0][0]) if len(a) == len(b) == 1 and not unlike else None
    changes = [_change(figure, one, other, both, unlike) for figure in FIGURES]
    return Differences(
        a=tuple(cell.run for cell in one),
        b=tuple(cell.run for cell in other),
        set_differently=set_differently(a[0], b[0]),
        seconds=len(both) if both else None,
        unlike=unlike,
        changes=(*compare_outcomes(one, other, unlike), *changes),
    )


def _change(
    figure: Figure, a: Sequence[Cell], b: Sequence[Cell], both: list[Both] | None, unlike: Sequence[str]
) -> FigureChange:
    one = [value for value in map(figure.read, a) if value is not None]
    other = [value for value in map(figure.read, b) if value is not None]
    shown = FigureChange(
        figure=figure.name,
        unit=figure.unit,
        a=fmean(one) if one else None,
        b=fmean(other) if other else None,
        word="unclear",
        because="",
    )
    if unlike or not one or not other:
        return shown.model_copy(update={"because": unlike[0] if unlike else "not measured"})
    single = len(a) == len(b) == 1
    if single and both and figure.over:
        sides = {"a": figure.over([x for x, _ in both]), "b": figure.over([y for _, y in both])}
        shown = shown.model_copy(update=sides)
    found = _by_seconds(figure, both) if single else _by_runs(one, other, (len(a), len(b)))
    if isinstance(found, str):
        return shown.model_copy(update={"difference": fmean(other) - fmean(one), "because": found})
    difference, half = found
    low, high = difference - half, difference + half
    margin = figure.margin_at(shown.a if isinstance(shown.a, float) else fmean(one))
    word, because = decide(low, high, difference, margin)
    bounds = {"difference": difference, "low": low, "high": high, "margin": margin}
    return shown.model_copy(update={**bounds, "word": word, "because": because})


def _by_seconds(figure: Figure, both: list[Both] | None) -> tuple[float, float] | str:
    """B - A over the seconds that both have, and half of its interval; or why there is none."""
    if figure.over is None:
        return "one figure a run: it takes two runs on each side to know its spread"
    if both is None:
        return "not every second of both was measured"
    over = figure.over

    def difference(seconds: Sequence[Both]) -> float | None:
        a, b = over([one for one, _ in seconds]), over([other for _, other in seconds])
        return None if a is None or b is None else b - a

    measured, half = difference(both), half_width(both, difference)
    if measured is None or half is None:
        return "too few seconds"
    return measured, half


def _by_runs(a: Sequence[float], b: Sequence[float], asked: tuple[int, int]) -> tuple[float, float] | str:
    """B - A of the means, and half of its interval by B. L. Welch (1947); or why there is none."""
    if (len(a), len(b)) != asked:
        return "not measured in every run: what is left would flatter"
    if min(asked) < FEWEST:
        return "a single run on one side: it takes two on each to know their spread"
    parts = [(variance(values) / len(values), len(values) - 1) for values in (a, b)]
    square = sum(part for part, _ in parts)
    if square == 0:
        return fmean(b) - fmean(a), 0.0
    df = square**2 / sum(part**2 / free for part, free in parts)
    return fmean(b) - fmean(a), sqrt(square) * student.quantile(0.95, df)
