"""What is marked on every chart: phases shaded and named, actions as lines, what is still provisional."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.phase import PhaseRole
from lab.report.html.lanes import INDENT_PX, LANE_PX, Label, height_px, place
from lab.report.html.theme import Theme
from lab.report.words import clean, titled

_LONGEST = 28
"""Characters of a label; the table below the charts has the whole name."""

RIGHT_PX = 42
"""Room at the right of a plot, on the narrowest screen."""

_TAIL_S = 2.0
"""What is shown of the tail, which is not judged."""

NO_SHADE = "rgba(0,0,0,0)"


class Band(NamedTuple):
    """A phase as the charts show it, times of the run in s."""

    name: str
    start_s: float
    end_s: float
    role: PhaseRole | None = None
    clock: str | None = None

    def shade(self, theme: Theme) -> str:
        """Its colour; none for the baseline and for a phase without a role."""
        return NO_SHADE if self.role is None else theme.phases.get(self.role, NO_SHADE)


@dataclass(frozen=True, slots=True)
class Marks:
    """Times of the run in s. ``actions`` are moments, each with its label."""

    first_s: float
    last_s: float
    phases: tuple[Band, ...]
    actions: tuple[tuple[float, str], ...]
    provisional_s: float | None


def marks(timeline: Timeline) -> Marks:
    """The marks of a run; what was set up before it, and what the final rollback undid, is left to the table."""
    last_s = float(len(timeline.rows))
    if timeline.done_s is not None:
        last_s = min(last_s, timeline.done_s + _TAIL_S)
    end_s = last_s if timeline.done_s is None else timeline.done_s
    phases = tuple(
        Band(p.name, p.start_s, min(end_s, last_s if p.end_s is None else p.end_s), p.role, p.clock)
        for p in timeline.phases
    )
    moments = []
    for action in timeline.actions.values():
        if timeline.run is not None and timeline.run.interactive and action.kind == "setting":
            continue  # the lab's own, before anyone came to play
        if action.applied_s is not None:
            moments.append((action.applied_s, f"{_short(action.name)} on"))
        if action.reverted_s is not None and (timeline.done_s is None or action.reverted_s < timeline.done_s):
            moments.append((action.reverted_s, f"{_short(action.name)} off"))
    begun_s = phases[0].start_s if phases else 0.0
    moments = [(at_s, said) for at_s, said in moments if at_s >= begun_s]
    open_rows = [row.second for row in timeline.rows if row.provisional and row.second < last_s]
    first_s = max(0.0, phases[0].start_s - 1) if phases else 0.0
    return Marks(first_s, last_s, phases, tuple(sorted(moments)), min(open_rows) if open_rows else None)


def labels(found: Marks, *, plot_px: float, char_px: float, actions: bool) -> list[Label]:
    """The lanes of a chart: its phases, and the actions where ``actions`` asks for them."""
    scale = plot_px / max(1.0, found.last_s - found.first_s)
    named = [Label(band.start_s, titled(band.name, band.clock)) for band in found.phases]
    if actions:
        named += [Label(at_s, text, action=True) for at_s, text in found.actions]
    return place(named, scale, char_px, right_s=found.last_s + RIGHT_PX / scale)


def annotations(placed: list[Label], theme: Theme, font_px: int) -> list[dict[str, Any]]:
    """The labels as Plotly wants them; untrusted names are escaped, since Plotly reads some HTML."""
    return [
        {
            "x": label.at_s, "y": 1, "xref": "x", "yref": "paper", "yanchor": "bottom",
            "xanchor": "right" if label.leftward else "left",
            "xshift": -INDENT_PX if label.leftward else INDENT_PX,
            "yshift": label.lane * LANE_PX, "showarrow": False, "borderpad": 0,
            "text": escape(label.text), "font": {"size": font_px, "color": theme.muted},
        }
        for label in placed
    ]  # fmt: skip


def shapes(found: Marks, placed: list[Label], theme: Theme, height: int) -> list[dict[str, Any]]:
    """Phases as shades, actions as lines that reach up to their labels."""
    bands = [_band(band.start_s, band.end_s, band.shade(theme)) for band in found.phases]
    if found.provisional_s is not None:
        bands.append(_band(found.provisional_s, found.last_s, theme.provisional))
    tops = {label.at_s: 1 + label.lane * LANE_PX / height for label in placed}
    starts = [band.start_s for band in found.phases]
    edges = [_edge(start, theme.grid, "solid", tops.get(start, 1.0)) for start in starts]
    return bands + edges + [_edge(at_s, theme.muted, "dot", tops.get(at_s, 1.0)) for at_s, _ in found.actions]


def headroom_px(placed: list[Label]) -> int:
    """Room above the plot."""
    return height_px(placed) + 6


def escape(text: str) -> str:
    """Text that Plotly shows as it is, not as its subset of HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _short(name: str) -> str:
    name = clean(name)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _band(start: float, end: float, colour: str) -> dict[str, Any]:
    return {
        "type": "rect", "xref": "x", "yref": "paper", "x0": start, "x1": end, "y0": 0, "y1": 1,
        "fillcolor": colour, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip


def _edge(at_s: float, colour: str, dash: str, top: float) -> dict[str, Any]:
    return {
        "type": "line", "xref": "x", "yref": "paper", "x0": at_s, "x1": at_s, "y0": 0, "y1": top,
        "line": {"color": colour, "width": 1, "dash": dash}, "layer": "below",
    }  # fmt: skip
