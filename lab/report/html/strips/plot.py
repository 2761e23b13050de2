"""Picture -> what Plotly draws: one figure of several strips, that share the time axis and a scale."""

from typing import Any

from lab.report.html.marks import Marks
from lab.report.html.plot import BELOW_PX, frame, time_axis
from lab.report.html.strips.layout import Laid, lay
from lab.report.html.strips.shapes import annotations, shapes
from lab.report.html.strips.strips import Picture
from lab.report.html.strips.traces import traces
from lab.report.html.theme import Theme

_LINES = 3
"""Lines that the legend names: offered, goodput, what a plane should show."""

_ENTRY_PX = 20


def strips_figure(shown: Picture, found: Marks, theme: Theme, size: str) -> dict[str, Any]:
    """The traces and the layout of the picture for a theme and a width."""
    laid, height = lay(shown, found, size)
    narrow = size == "narrow"
    layout = frame(theme, size, above=0, plot_px=height, below=_below_px(shown, narrow=narrow)) | {
        "xaxis": time_axis(found, theme, narrow=narrow) | {"anchor": laid[-1].axis},
        "hoversubplots": "axis",
        "barmode": "overlay",
        "showlegend": True,
        "annotations": annotations(laid, theme, size),
        "shapes": shapes(laid, found, theme, height),
    }
    for place in laid:
        layout[f"yaxis{place.axis[1:]}"] = _axis(place, shown.top_rps, theme)
    return {"traces": [trace for place in laid for trace in traces(place, shown, theme)], "layout": layout}


def _below_px(shown: Picture, *, narrow: bool) -> int:
    """Room for ticks and legend; a narrow one has a line an entry, and Plotly would take that from the strips."""
    return BELOW_PX if not narrow else BELOW_PX + _ENTRY_PX * (_LINES - 1 + len(shown.sights))


def _axis(place: Laid, top_rps: float, theme: Theme) -> dict[str, Any]:
    return {
        "domain": place.domain, "range": [0, top_rps], "fixedrange": True, "gridcolor": theme.grid,
        "zeroline": True, "zerolinecolor": theme.grid, "tickformat": ",~r", "ticksuffix": "/s",
        "tickmode": "auto", "nticks": 4, "automargin": False,
    }  # fmt: skip
