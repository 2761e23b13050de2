"""Charts -> what Plotly draws: traces that name a row's column, and a layout for each theme and width."""

import math
from typing import Any

from lab.report.html.charts import Chart, Limit, Line
from lab.report.html.marks import Marks, annotations, headroom_px, labels, shapes
from lab.report.html.theme import FONT, Theme

PLOT_PX = 200
"""Height of the plot itself, without labels and legend."""

BELOW_PX = 58
"""Room for ticks and legend."""

_TICKS_PX = 32
"""Room for ticks alone."""

LIMITS_SHOWN = 5
"""A right axis ends at so many times its limit; what is above runs out of the picture."""

SIZES = {"wide": (860.0, 6.3, 11), "narrow": (285.0, 5.8, 10)}
"""Width of the plot, of a character, and the font's size, in px."""


def figure(chart: Chart, found: Marks, theme: Theme, size: str, *, first: bool) -> dict[str, Any]:
    """A chart's traces and layout. Only the first chart names the actions; the lines are on all."""
    plot_px, char_px, font_px = SIZES[size]
    placed = labels(found, plot_px=plot_px, char_px=char_px, actions=first)
    narrow = size == "narrow"
    above = headroom_px(placed)
    below = BELOW_PX if len(chart.lines) > 1 else _TICKS_PX
    layout = frame(theme, size, above=above, plot_px=PLOT_PX, below=below) | {
        "showlegend": len(chart.lines) > 1,
        "xaxis": time_axis(found, theme, narrow=narrow),
        "yaxis": _axis(chart.axis, theme, chart.tickformat, narrow=narrow) | _scale(chart),
        "annotations": [
            *annotations(placed, theme, font_px),
            *(_limit_text(chart, limit, theme) for limit in chart.limits),
        ],
        "shapes": [
            *shapes(found, placed, theme, PLOT_PX),
            *(_limit_line(limit, theme) for limit in chart.limits),
        ],
    }  # fmt: skip
    if chart.right_axis:
        right = _axis(chart.right_axis, theme, ",~r", narrow=narrow)
        layout["yaxis2"] = right | {
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            **_right_scale(chart),
        }
    return {"traces": [_trace(line, theme) for line in chart.lines], "layout": layout}


def frame(theme: Theme, size: str, *, above: int, plot_px: int, below: int) -> dict[str, Any]:
    """What all charts have in common: room, fonts, colours, how one points and zooms, the legend below."""
    narrow = size == "narrow"
    return {
        "height": above + plot_px + below,
        "margin": {"l": 46 if narrow else 62, "r": (42 if narrow else 58), "t": above, "b": below},
        "font": {"family": FONT, "size": SIZES[size][2] + 1, "color": theme.muted},
        "paper_bgcolor": theme.surface, "plot_bgcolor": theme.surface,
        "hovermode": "x unified", "dragmode": False if narrow else "zoom", "uirevision": "run",
        "hoverlabel": {"bgcolor": theme.surface, "bordercolor": theme.grid, "font": {"color": theme.text}},
        "legend": {
            "orientation": "h", "x": 0, "xanchor": "left", "y": -30 / plot_px, "yanchor": "top",
            "traceorder": "normal", "font": {"color": theme.text}, "bgcolor": "rgba(0,0,0,0)",
        },
    }  # fmt: skip


def _trace(line: Line, theme: Theme) -> dict[str, Any]:
    """A line without its points: the page takes them from the rows, by ``meta.column``."""
    colour = theme.lines[line.role]
    trace: dict[str, Any] = {
        "type": "scatter", "mode": "lines+markers" if line.dots else "lines",
        "name": line.name, "connectgaps": False,
        "meta": {"column": line.column}, "hovertemplate": line.hover,
        "line": {"color": colour, "dash": line.dash, "width": line.width},
        "marker": {"color": colour, "size": 3},
    }  # fmt: skip
    if line.right:
        trace["yaxis"] = "y2"
    if line.fill:
        trace |= {"fill": "tozeroy", "fillcolor": faint(colour)}
    return trace


def time_axis(found: Marks, theme: Theme, *, narrow: bool) -> dict[str, Any]:
    """The run's time, the same in all charts."""
    return {
        "range": [found.first_s, found.last_s], "ticksuffix": " s", "nticks": 5 if narrow else 12,
        "gridcolor": theme.grid, "zeroline": False, "showline": True, "linecolor": theme.grid,
        "showspikes": True, "spikemode": "across", "spikethickness": 1, "spikecolor": theme.muted,
        "spikedash": "solid", "unifiedhovertitle": {"text": "<b>second %{x}</b>"},
        "minallowed": 0, "maxallowed": found.last_s,
    }  # fmt: skip


def _axis(title: str, theme: Theme, tickformat: str, *, narrow: bool) -> dict[str, Any]:
    return {
        "title": {"text": "" if narrow else title, "font": {"size": 11}, "standoff": 10},
        "fixedrange": True, "gridcolor": theme.grid, "zeroline": False, "tickformat": tickformat,
        "tickmode": "auto", "nticks": 6, "automargin": False,
    }  # fmt: skip


def _scale(chart: Chart) -> dict[str, Any]:
    if not chart.log:
        return {"rangemode": "tozero"}
    ticks = {1: "1 ms", 10: "10 ms", 100: "100 ms", 1000: "1 s", 10000: "10 s"}
    labels_of = {"tickmode": "array", "tickvals": list(ticks), "ticktext": list(ticks.values())}
    return labels_of | {"type": "log", "range": [0, 4]}


def _right_scale(chart: Chart) -> dict[str, Any]:
    """So that a limit is seen: where nearly nothing is accepted, a delay is a hundred times as long."""
    limits = [limit.value for limit in chart.limits if limit.right]
    return {"range": [0, LIMITS_SHOWN * max(limits)]} if limits else {"rangemode": "tozero"}


def _limit_line(limit: Limit, theme: Theme) -> dict[str, Any]:
    return {
        "type": "line", "xref": "paper", "yref": _axis_of(limit),
        "x0": 0, "x1": 1, "y0": limit.value, "y1": limit.value,
        "line": {"color": theme.lines["neutral"], "width": 1, "dash": "longdash"}, "layer": "below",
    }  # fmt: skip


def _limit_text(chart: Chart, limit: Limit, theme: Theme) -> dict[str, Any]:
    """The level's name, at the right end of its line; a log axis wants the exponent."""
    at = math.log10(limit.value) if chart.log else limit.value
    return {
        "x": 1, "xref": "paper", "xanchor": "right", "y": at, "yref": _axis_of(limit), "yanchor": "bottom",
        "text": limit.text, "showarrow": False, "font": {"size": 10, "color": theme.muted},
        "bgcolor": theme.surface, "borderpad": 1,
    }  # fmt: skip


def _axis_of(limit: Limit) -> str:
    return "y2" if limit.right else "y"


def faint(colour: str) -> str:
    """The colour of an area under its line."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.12)"
