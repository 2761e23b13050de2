"""The traces of a strip: hatches below, lines above, and for the pointer one invisible line that says it in words."""

from collections.abc import Iterator
from typing import Any

from lab.report.html.plot import faint
from lab.report.html.strips.layout import Laid
from lab.report.html.strips.strips import TRUTH, Picture
from lab.report.html.theme import Theme
from lab.report.plane_view import PlaneState

HATCHES: dict[PlaneState, tuple[str, str, str]] = {
    "blind": ("/", "strain", "blind"),
    "filled": ("\\", "second", "blind, filled in later"),
    "unknown": (".", "neutral", "not judged"),
}
"""How a plane saw -> pattern, colour, name in the legend."""


def traces(place: Laid, shown: Picture, theme: Theme) -> Iterator[dict[str, Any]]:
    """All traces of a strip. Only the first strip's lines are in the legend; a hatch is, where it first occurs."""
    key = place.strip.key
    if key == TRUTH:
        yield _line("offered", "offered", place.axis, theme.lines["neutral"], dash="dot", legend=True)
        yield _line("good", "goodput", place.axis, theme.lines["good"], width=2.4, legend=True, fill=True)
    else:
        yield from _hatches(place, shown, theme)
        first = place.strip is shown.strips[1]
        yield _line(
            f"{key}_truth",
            "what it should show",
            place.axis,
            theme.text,
            dash="dash",
            width=1.2,
            legend=first,
        )
        yield _line(key, "goodput", place.axis, theme.lines["good"], width=2.4)
    yield _pointer(key, place.axis)


def _hatches(place: Laid, shown: Picture, theme: Theme) -> Iterator[dict[str, Any]]:
    for sight, (pattern, role, name) in HATCHES.items():
        spans = [span for span in place.strip.blind if span.sight == sight]
        if not spans:
            continue
        first = next(strip for strip in shown.strips if any(span.sight == sight for span in strip.blind))
        yield {
            "type": "bar", "name": name, "yaxis": place.axis, "hoverinfo": "skip", "legendgroup": sight,
            "x": [span.start_s for span in spans], "width": [span.end_s - span.start_s for span in spans],
            "offset": 0, "y": [shown.top_rps] * len(spans), "showlegend": first is place.strip,
            "marker": {
                "color": "rgba(0,0,0,0)", "line": {"width": 0},
                "pattern": {
                    "shape": pattern, "size": 7, "solidity": 0.22, "fillmode": "overlay",
                    "fgcolor": theme.lines[role], "bgcolor": faint(theme.lines[role]),
                },
            },
        }  # fmt: skip


def _line(  # noqa: PLR0913 - what a line looks like
    column: str, name: str, axis: str, colour: str, *, dash: str = "solid", width: float = 1.8,
    legend: bool = False, fill: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """A line without its points: the page takes them from the planes' rows."""
    line: dict[str, Any] = {
        "type": "scatter", "mode": "lines", "name": name, "yaxis": axis, "connectgaps": False,
        "hoverinfo": "skip", "showlegend": legend, "meta": {"rows": "planes", "column": column},
        "line": {"color": colour, "dash": dash, "width": width},
    }  # fmt: skip
    return line | ({"fill": "tozeroy", "fillcolor": faint(colour)} if fill else {})


def _pointer(key: str, axis: str) -> dict[str, Any]:
    """What the pointer reads: a word for every second, also where there is no figure."""
    return {
        "type": "scatter", "mode": "lines", "name": key, "yaxis": axis, "showlegend": False,
        "line": {"width": 0, "color": "rgba(0,0,0,0)"}, "hovertemplate": "%{text}",
        "meta": {"rows": "planes", "column": "base", "text": f"{key}_said"},
    }  # fmt: skip
