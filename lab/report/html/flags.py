"""Labels above a strip for the pages that arrived: to the right of their line, or to its left where the strip ends.

GoodputLow                GoodputLow over |   lane 1:  the line comes down beside
|  RetryAmplification          RetryA... |    lane 0:  whatever stands lower
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

INDENT_PX = 4
"""From the line to the text."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A text at a time of the run; ``leftward``: it ends at its line. ``lane`` counts up from the strip.

    ``quiet``: a page that calls one off.
    """

    at_s: float
    text: str
    quiet: bool = False
    leftward: bool = False
    lane: int = 0


def raise_flags(
    flags: Sequence[Flag], span_s: tuple[float, float], width_px: float, px_per_char: float
) -> list[Flag]:
    """Give each flag a side and a lane, so that no two texts meet.

    Args:
        flags: texts with their times.
        span_s: the strip's left and right end.
        width_px: width of the strip as first shown.
        px_per_char: width of a character.

    Returns:
        The flags; those that go to the right from last to first, then the others, each above all that it covers.
    """
    first_s, last_s = span_s
    px_per_s = width_px / max(1.0, last_s - first_s)
    raised: list[tuple[float, float, Flag]] = []
    sized = [(flag, (flag.at_s - first_s) * px_per_s, _text_px(flag, px_per_char)) for flag in flags]
    right = [one for one in sized if one[1] + one[2] <= width_px]
    for flag, line, text in sorted(right, key=lambda one: -one[1]):
        raised.append(_above(raised, line, line + text, flag))
    for flag, line, text in sorted((one for one in sized if one not in right), key=lambda one: one[1]):
        raised.append(_above(raised, line - text, line, replace(flag, leftward=True)))
    return [flag for *_, flag in raised]


def _text_px(flag: Flag, px_per_char: float) -> float:
    return INDENT_PX + (len(flag.text) + 1) * px_per_char


def _above(
    raised: Sequence[tuple[float, float, Flag]], start: float, end: float, flag: Flag
) -> tuple[float, float, Flag]:
    """The flag in the lane over all others that its text meets."""
    under = [other.lane for low, high, other in raised if low < end and start < high]
    return start, end, replace(flag, lane=1 + max(under, default=-1))
