"""Small multiples of a tournament: a picture a trigger, in it a panel a contestant, in it a line a seed.

title ✓      title ✗        each panel: share of offered that was answered in time, over seconds since the trigger's
[panel]      [panel]        start; shaded: the trigger active; dashed: a mitigation
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.analysis.tournament import Cell, Tournament
from lab.analysis.tournament.series import Second
from lab.analysis.tournament.standing import Score
from lab.report import standing_words
from lab.report.html.marks import escape
from lab.report.html.theme import FONT, Theme
from lab.report.words import clean

PANEL_PX, TITLE_PX, TICKS_PX = 92, 26, 26
"""Heights of a panel, of its title above and of the ticks below."""

_TOP_PX, _LEFT_PX, _RIGHT_PX = 6, 44, 10
_LINES = {True: "strain", False: "good", None: "second"}
"""The line of a run whose storm outlasted what was to end it, or did not, or of which that is undetermined."""

_BETWEEN = 0.02
"""Room between two columns, as a share of the width."""


@dataclass(frozen=True, slots=True)
class Size:
    """Columns of panels, the least width of all of them in px, of a character, and the font's size."""

    columns: int
    plot_px: float
    char_px: float
    font_px: int


SIZES = {"wide": Size(4, 860, 6.4, 12), "narrow": Size(2, 224, 6.0, 11)}


def shares(rows: Sequence[Second]) -> list[list[float | int | None]]:
    """Seconds, and the share of offered that was answered in time in each; None: unknown, or nothing was asked for."""
    good = [None if r.good is None or not r.offered else round(r.good / r.offered, 3) for r in rows]
    return [[row.second for row in rows], good]


def panels(
    tournament: Tournament, trigger: str, series: Mapping[str, Sequence[Second]], theme: Theme, size: str
) -> dict[str, Any]:
    """One trigger's picture: traces that name their run, and a layout."""
    shape, names = SIZES[size], tournament.contestants
    cells = [cell for cell in tournament.cells if cell.trigger == trigger and series.get(cell.run)]
    lines = -(-len(names) // shape.columns)
    height = lines * (TITLE_PX + PANEL_PX + TICKS_PX)
    layout: dict[str, Any] = _frame(theme, shape, height)
    span = _span(cells, series)
    traces: list[dict[str, Any]] = []
    for number, name in enumerate(names):
        mine = [cell for cell in cells if cell.contestant == name]
        suffix = "" if number == 0 else str(number + 1)
        box = _box(number, shape, height)
        layout[f"xaxis{suffix}"] = _x_axis(box, f"y{suffix}", span, theme)
        layout[f"yaxis{suffix}"] = _y_axis(box, f"x{suffix}", theme, first=number % shape.columns == 0)
        layout["annotations"].append(_title(tournament.score(name, trigger), box, theme, shape))
        layout["shapes"] += _marks(mine, suffix, theme)
        traces += [_trace(cell, suffix, theme) for cell in mine]
    return {"traces": traces, "layout": layout}


@dataclass(frozen=True, slots=True)
class Box:
    """A panel's place, as shares of the picture's width and height."""

    x: tuple[float, float]
    y: tuple[float, float]


def _box(number: int, shape: Size, height: float) -> Box:
    column, line = number % shape.columns, number // shape.columns
    wide = (1 - _BETWEEN * (shape.columns - 1)) / shape.columns
    left = column * (wide + _BETWEEN)
    top = line * (TITLE_PX + PANEL_PX + TICKS_PX) + TITLE_PX
    return Box((left, min(1.0, left + wide)), (max(0.0, 1 - (top + PANEL_PX) / height), 1 - top / height))


def _frame(theme: Theme, shape: Size, height: int) -> dict[str, Any]:
    return {
        "height": height + _TOP_PX, "margin": {"l": _LEFT_PX, "r": _RIGHT_PX, "t": _TOP_PX, "b": 0},
        "font": {"family": FONT, "size": shape.font_px, "color": theme.muted},
        "paper_bgcolor": theme.surface, "plot_bgcolor": theme.surface, "showlegend": False,
        "hovermode": "closest", "dragmode": False, "annotations": [], "shapes": [],
        "hoverlabel": {"bgcolor": theme.surface, "bordercolor": theme.grid, "font": {"color": theme.text}},
    }  # fmt: skip


def _x_axis(box: Box, anchor: str, span: tuple[int, int], theme: Theme) -> dict[str, Any]:
    return {
        "domain": list(box.x), "anchor": anchor, "range": list(span), "fixedrange": True, "nticks": 4,
        "ticksuffix": " s", "gridcolor": theme.grid, "zeroline": False, "showline": True, "linecolor": theme.grid,
    }  # fmt: skip


def _y_axis(box: Box, anchor: str, theme: Theme, *, first: bool) -> dict[str, Any]:
    return {
        "domain": list(box.y), "anchor": anchor, "range": [-0.04, 1.08], "fixedrange": True, "tickformat": ".0%",
        "tickvals": [0, 0.5, 1], "gridcolor": theme.grid, "zeroline": False, "showticklabels": first,
    }  # fmt: skip


def _title(score: Score, box: Box, theme: Theme, shape: Size) -> dict[str, Any]:
    """The contestant's name with the mark of how it ended, cut to the panel's width."""
    mark = f"{standing_words.MARKS[score.ended]}{standing_words.outcome(score)} "
    room = int((box.x[1] - box.x[0]) * shape.plot_px / shape.char_px) - len(mark)
    name = clean(score.contestant)
    said = name if len(name) <= room else f"{name[: room - 1]}…"
    return {
        "x": box.x[0], "xref": "paper", "xanchor": "left", "y": box.y[1], "yref": "paper", "yanchor": "bottom",
        "text": escape(mark + said), "showarrow": False, "borderpad": 0, "yshift": 3, "hovertext": escape(name),
        "font": {"size": shape.font_px, "color": theme.text},
    }  # fmt: skip


def _marks(cells: Sequence[Cell], suffix: str, theme: Theme) -> list[dict[str, Any]]:
    """The trigger active (as the longest of these runs had it), and the first mitigation."""
    place = {"xref": f"x{suffix}", "yref": f"y{suffix} domain", "y0": 0, "y1": 1, "layer": "below"}
    lasted = max((cell.trigger_s for cell in cells if cell.trigger_s is not None), default=None)
    helped = min((cell.mitigated_at_s for cell in cells if cell.mitigated_at_s is not None), default=None)
    found: list[dict[str, Any]] = []
    if lasted is not None:
        shade = {"fillcolor": theme.phases["trigger"], "line": {"width": 0}}
        found.append({"type": "rect", "x0": 0, "x1": lasted, **place, **shade})
    if helped is not None:
        line = {"line": {"color": theme.muted, "width": 1, "dash": "dash"}}
        found.append({"type": "line", "x0": helped, "x1": helped, **place, **line})
    return found


def _trace(cell: Cell, suffix: str, theme: Theme) -> dict[str, Any]:
    """A run's line without its points: the page takes them from ``series`` by ``meta.run``."""
    line = _LINES[cell.outlasted] if cell.valid else "neutral"
    said = "" if cell.valid else ", invalid"
    return {
        "type": "scatter", "mode": "lines", "connectgaps": False, "meta": {"run": cell.run},
        "xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "opacity": 0.75,
        "line": {"color": theme.lines[line], "width": 1.4, "dash": "solid" if cell.valid else "dot"},
        "hovertemplate": f"%{{y:.0%}} at %{{x}} s<extra>seed {cell.seed}{said}</extra>",
    }  # fmt: skip


def _span(cells: Sequence[Cell], series: Mapping[str, Sequence[Second]]) -> tuple[int, int]:
    """From the first to the last second of any of these runs."""
    seconds = [row.second for cell in cells for row in (series[cell.run][0], series[cell.run][-1])]
    return (min(seconds), max(seconds)) if seconds else (0, 1)
