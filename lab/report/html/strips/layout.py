"""Where each strip of the picture stands.

title .................. note     24 px
lanes of labels                   15 px each
strip                             96 px
gap                               20 px
"""

from dataclasses import dataclass, replace
from itertools import accumulate

from lab.report.html.flags import Flag, raise_flags
from lab.report.html.lanes import LANE_PX, Label, height_px
from lab.report.html.marks import Marks, labels
from lab.report.html.plot import SIZES
from lab.report.html.strips.strips import Picture, Strip

STRIP_PX = 96
TITLE_PX = 24
_GAP_PX = 20


@dataclass(frozen=True, slots=True)
class Laid:
    """A strip in its place: its y axis, and the labels above it (of the truth: phases and actions).

    ``seconds`` is the length of the time axis as first shown.
    """

    strip: Strip
    axis: str
    domain: tuple[float, float]
    labels: tuple[Label, ...]
    flags: tuple[Flag, ...]
    seconds: float

    @property
    def above_px(self) -> int:
        """Room for title and labels."""
        return TITLE_PX + max(
            height_px(self.labels), LANE_PX * (1 + max((f.lane for f in self.flags), default=-1))
        )


def lay(shown: Picture, found: Marks, size: str) -> tuple[list[Laid], int]:
    """Every strip in its place, and the height of all."""
    plot_px, char_px, _ = SIZES[size]
    named = tuple(labels(found, plot_px=plot_px, char_px=char_px, actions=True))
    span_s = (found.first_s, found.last_s)
    raw = [
        Laid(
            strip,
            axis=f"y{number + 1}" if number else "y",
            domain=(0.0, 1.0),
            labels=() if number else named,
            flags=tuple(raise_flags(strip.flags, span_s, plot_px, char_px)),
            seconds=max(1.0, found.last_s - found.first_s),
        )
        for number, strip in enumerate(shown.strips)
    ]
    bottoms = list(accumulate(one.above_px + STRIP_PX + (_GAP_PX if n else 0) for n, one in enumerate(raw)))
    height = bottoms[-1]
    domains = [(max(0.0, 1 - bottom / height), 1 - (bottom - STRIP_PX) / height) for bottom in bottoms]
    return [replace(one, domain=domain) for one, domain in zip(raw, domains, strict=True)], height
