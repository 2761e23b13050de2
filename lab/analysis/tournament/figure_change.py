"""One figure of two runs, and whether it changed."""

from typing import Literal

from lab.drillfile.frozen import Frozen

ChangeWord = Literal["changed", "not changed", "unclear"]


class FigureChange(Frozen):
    """A figure of both. ``low`` and ``high`` bound ``difference`` = B - A with 95 % confidence.

    ``margin``: what makes no difference, in the figure's unit. Words stand where a figure is no number.
    """

    figure: str
    unit: str
    a: float | str | None
    b: float | str | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    margin: float | None = None
    word: ChangeWord
    because: str


def decide(low: float, high: float, difference: float, margin: float) -> tuple[ChangeWord, str]:
    """The word for an interval of B - A, and why."""
    if (low > 0 or high < 0) and abs(difference) >= margin:
        return "changed", "by more than the spread"
    if -margin <= low and high <= margin:
        return "not changed", "the interval lies within what makes no difference"
    return "unclear", "the spread is too wide: both a change and none are possible"
