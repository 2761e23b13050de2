"""What is written and drawn around the strips: titles, phases, actions, pages."""

from collections.abc import Iterator, Sequence
from typing import Any

from lab.report.html.flags import INDENT_PX as FLAG_INDENT_PX
from lab.report.html.lanes import INDENT_PX, LANE_PX
from lab.report.html.marks import Marks, escape
from lab.report.html.plot import SIZES
from lab.report.html.strips.layout import Laid
from lab.report.html.theme import Theme


def annotations(laid: Sequence[Laid], theme: Theme, size: str) -> list[dict[str, Any]]:
    """Titles and notes, names of phases and actions above the first strip, of pages above their plane's."""
    return [note for place in laid for part in (_titles, _names, _words) for note in part(place, theme, size)]


def shapes(laid: Sequence[Laid], found: Marks, theme: Theme, height: int) -> list[dict[str, Any]]:
    """Phases as shades of every strip, actions as lines through all of them, pages as lines of their strip."""
    bands = [
        _band(place.axis, band.start_s, band.end_s, band.shade(theme))
        for place in laid
        for band in found.phases
        if band.role in theme.phases
    ]
    tops = {label.at_s: laid[0].domain[1] + label.lane * LANE_PX / height for label in laid[0].labels}
    marked = [(band.start_s, theme.grid, "solid") for band in found.phases]
    marked += [(at_s, theme.muted, "dot") for at_s, _ in found.actions]
    edges = [
        _line(at_s, (0.0, tops.get(at_s, laid[0].domain[1])), colour, dash) for at_s, colour, dash in marked
    ]
    return bands + edges + [line for place in laid for line in _pages(place, theme, height)]


def _titles(place: Laid, theme: Theme, size: str) -> Iterator[dict[str, Any]]:
    """The strip's title at the left, its result at the right; on one line, above the labels."""
    font_px = SIZES[size][2]
    up = {"y": place.domain[1], "yref": "paper", "xref": "paper", "showarrow": False, "yanchor": "bottom",
          "yshift": place.above_px - TITLE_LINE_PX, "borderpad": 2, "bgcolor": theme.surface}  # fmt: skip
    narrow = size == "narrow"
    title = place.strip.short if narrow else place.strip.title
    yield up | {
        "text": f"<b>{escape(title)}</b>", "x": 0, "xanchor": "left", "xshift": -_OUTDENT_PX if narrow else 0,
        "font": {"size": font_px + 2, "color": theme.text},
    }  # fmt: skip
    if not narrow or place.strip.flags or place.strip.blind:
        note = {"text": escape(place.strip.note), "x": 1, "xanchor": "right"}
        yield up | note | {"font": {"size": font_px + 1, "color": theme.muted}}


_OUTDENT_PX = 40
"""A narrow strip's title begins above its axis."""

TITLE_LINE_PX = 20
"""From a title's foot to the strip's upper end of room."""


def _names(place: Laid, theme: Theme, size: str) -> Iterator[dict[str, Any]]:
    font_px = SIZES[size][2]
    for label in place.labels:
        yield _name(label.at_s, label.text, place, theme.muted, font_px) | {
            "xshift": INDENT_PX, "yshift": label.lane * LANE_PX,
        }  # fmt: skip
    for flag in place.flags:
        colour = theme.muted if flag.quiet else theme.text
        yield _name(flag.at_s, flag.text, place, colour, font_px) | {
            "xanchor": "right" if flag.leftward else "left", "yshift": flag.lane * LANE_PX,
            "bgcolor": theme.surface,
            "xshift": -FLAG_INDENT_PX if flag.leftward else FLAG_INDENT_PX,
        }  # fmt: skip


def _words(place: Laid, theme: Theme, size: str) -> Iterator[dict[str, Any]]:
    """The word ``blind`` in the longest hatch, where it fits."""
    plot_px, char_px, font_px = SIZES[size]
    blind = [span for span in place.strip.blind if span.sight == "blind"]
    longest = max(blind, key=lambda span: span.end_s - span.start_s, default=None)
    if longest is None or (longest.end_s - longest.start_s) * plot_px / place.seconds < _WORD_CHARS * char_px:
        return
    yield {
        "x": (longest.start_s + longest.end_s) / 2, "xref": "x", "y": sum(place.domain) / 2, "yref": "paper",
        "xanchor": "center", "yanchor": "middle", "showarrow": False, "borderpad": 4, "text": "<b>blind</b>",
        "bgcolor": theme.surface, "font": {"size": font_px + 3, "color": theme.lines["strain"]},
    }  # fmt: skip


_WORD_CHARS = 12
"""Room that the word and its surroundings need."""


def _name(at_s: float, text: str, place: Laid, colour: str, font_px: int) -> dict[str, Any]:
    return {
        "x": at_s, "xref": "x", "xanchor": "left", "y": place.domain[1], "yref": "paper", "yanchor": "bottom",
        "showarrow": False, "borderpad": 0, "text": escape(text), "font": {"size": font_px, "color": colour},
    }  # fmt: skip


def _band(axis: str, start: float, end: float, colour: str) -> dict[str, Any]:
    return {
        "type": "rect", "xref": "x", "yref": f"{axis} domain", "x0": start, "x1": end, "y0": 0, "y1": 1,
        "fillcolor": colour, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip


def _pages(place: Laid, theme: Theme, height: int) -> Iterator[dict[str, Any]]:
    """The line of a page: through its strip, up to its name."""
    for flag in place.flags:
        top = place.domain[1] + (flag.lane + 0.8) * LANE_PX / height
        yield _line(flag.at_s, (place.domain[0], top), theme.text, "solid") | {"layer": "above"}


def _line(at_s: float, span: tuple[float, float], colour: str, dash: str) -> dict[str, Any]:
    """An upright line between two heights of the whole picture."""
    return {
        "type": "line", "xref": "x", "yref": "paper", "x0": at_s, "x1": at_s, "y0": span[0], "y1": span[1],
        "line": {"color": colour, "width": 1, "dash": dash}, "layer": "below",
    }  # fmt: skip
