"""The marks that figures are drawn with: blocks, or ASCII where the terminal has no Unicode."""

from dataclasses import dataclass

from rich.console import Console, OverflowMethod

from lab.report.plane_view import PlaneState


@dataclass(frozen=True, slots=True)
class Ink:
    """``zero`` is a measured nothing, ``bars`` rise above it; ``edge`` stands where a phase begins.

    ``hatch`` has a mark for each way in which a plane did not see.
    """

    zero: str
    bars: str
    hatch: dict[PlaneState, str]
    edge: str


BLOCKS = Ink("▁", "▂▃▄▅▆▇█", {"blind": "░", "filled": "▒", "unknown": "·"}, "╵")
ASCII = Ink("_", ".:-=+*#", {"blind": "/", "filled": "\\", "unknown": "?"}, "|")


def can_draw(console: Console) -> bool:
    """Whether the terminal, pipe or file takes more than ASCII."""
    return console.encoding.lower().startswith("utf")


def cut(console: Console) -> OverflowMethod:
    """How a name that is too long ends: with an ellipsis, where the terminal has one."""
    return "ellipsis" if can_draw(console) else "crop"


def ink_for(console: Console) -> Ink:
    """The marks that this console can show."""
    return BLOCKS if can_draw(console) else ASCII
