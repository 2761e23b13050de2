"""The load's way up and its way down -> what Plotly draws: goodput against offered, two curves instead of one."""

from typing import Any

from lab.analysis.metrics.hysteresis import RampPoint, Ways
from lab.report.html.plot import BELOW_PX, SIZES, frame
from lab.report.html.theme import Theme

PLOT_PX = 300
_ROOM = 1.05
"""Of the most that was offered, so that no point lies on the frame."""


def hysteresis_figure(found: Ways, theme: Theme, size: str) -> dict[str, Any]:
    """The traces, with their points, and the layout for a theme and a width."""
    narrow = size == "narrow"
    most = _ROOM * max(point.offered_rps for way in (found.up, found.down) for point in way)
    axis = {
        "range": [0, most], "fixedrange": True, "gridcolor": theme.grid, "zeroline": False, "tickformat": ",~r",
        "ticksuffix": "/s", "nticks": 5 if narrow else 10, "automargin": False,
    }  # fmt: skip
    layout = frame(theme, size, above=16, plot_px=PLOT_PX, below=BELOW_PX) | {
        "hovermode": "closest", "dragmode": False, "showlegend": True,
        "xaxis": axis | {"title": _title("offered" if not narrow else "")},
        "yaxis": axis | {"title": _title("goodput" if not narrow else "")},
        "annotations": [_start(found.up[0], theme, size)],
    }  # fmt: skip
    served = {
        "type": "scatter", "mode": "lines", "name": "all of it served", "x": [0, most], "y": [0, most],
        "line": {"color": theme.lines["neutral"], "width": 1, "dash": "dot"}, "hoverinfo": "skip",
    }  # fmt: skip
    ways = (
        _trace("on the way up", found.up, theme.lines["good"], "solid", "circle"),
        _trace("on the way down", found.down, theme.lines["strain"], "dash", "diamond"),
    )
    return {"traces": [served, *ways], "layout": layout}


def _trace(name: str, way: tuple[RampPoint, ...], colour: str, dash: str, symbol: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines+markers", "name": name,
        "x": [round(point.offered_rps, 2) for point in way], "y": [round(point.good_rps, 2) for point in way],
        "text": [f"second {point.second}" for point in way],
        "hovertemplate": "%{x:,.0f}/s offered, %{y:,.0f}/s served (%{text})",
        "line": {"color": colour, "width": 2, "dash": dash}, "marker": {"color": colour, "size": 5, "symbol": symbol},
    }  # fmt: skip


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 11}, "standoff": 10}


def _start(point: RampPoint, theme: Theme, size: str) -> dict[str, Any]:
    """Where the way up begins."""
    return {
        "x": point.offered_rps, "y": point.good_rps, "text": "begins here", "showarrow": True, "arrowhead": 0,
        "ax": 30, "ay": 24, "arrowcolor": theme.muted, "font": {"size": SIZES[size][2], "color": theme.muted},
    }  # fmt: skip
