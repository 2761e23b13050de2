"""Truth, shared and ops one over the other, over the whole run: what happened, and what each dashboard showed.

truth   ▇▇▇▇▇▇▇▇▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇▇▇▇▇▇▇▇
shared  ▇▇▇▇▇▇▇▇░░░░░░░░░░░░░░░░▇▇▇▇▇▇▇▇  blind 31 s
ops     ▇▇▇▇▇▇▇▇▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇▇▇▇▇▇▇▇  blind 0 s
        ╵baseline╵trigger╵aftermath      ╵mitigation
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from rich.text import Text

from lab.analysis.planes import PlaneRow
from lab.analysis.timeline.row import Row
from lab.analysis.timeline.timeline import Timeline
from lab.report import headline_figures as figures
from lab.report.plane_view import PlaneState, WatchedPlane, sight
from lab.report.terminal.ink import Ink
from lab.report.terminal.spark import bar, phase_ruler, style_of
from lab.report.words import clean

TITLE = "What happened, and what each dashboard showed"

_NAME, _NOTE = 8, 14
"""Widths beside the marks."""

_FEWEST = 10
"""Marks of a line, at the least."""

_NAMED: dict[PlaneState, str] = {"blind": "blind", "filled": "filled in later", "unknown": "not judged"}


Column = Sequence[float | None]
"""A figure a second."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Seconds -> marks: each of ``cells`` holds the rows at these places; ``top_rps`` is a full block."""

    cells: tuple[range, ...]
    top_rps: float

    @property
    def seconds(self) -> float:
        """Of a mark."""
        return len(range(self.cells[0].start, self.cells[-1].stop)) / len(self.cells)


def strips(timeline: Timeline, seen: Sequence[WatchedPlane], ink: Ink, width: int) -> list[Text]:
    """The picture, no wider than ``width``; empty where no plane watched."""
    if not seen or not seen[0].rows:
        return []
    rows = [timeline.row(row.second) for row in seen[0].rows]
    scale = _scale(rows, seen, width)
    lines = [Text.assemble("truth".ljust(_NAME), _truth(rows, scale, ink))]
    lines += [_plane(watch, rows, scale, ink) for watch in seen]
    first_of_each = [rows[cell.start] for cell in scale.cells]
    lines.append(Text(" " * _NAME).append_text(phase_ruler(first_of_each, len(scale.cells), ink.edge)))
    lines += _legend(seen, scale, ink)
    for line in lines:
        line.no_wrap = True
        line.truncate(width, overflow="crop")
    return lines


def _scale(rows: Sequence[Row], seen: Sequence[WatchedPlane], width: int) -> Scale:
    marks = min(len(rows), max(_FEWEST, width - _NAME - _NOTE))
    edges = [len(rows) * mark // marks for mark in range(marks + 1)]
    cells = tuple(range(edges[mark], edges[mark + 1]) for mark in range(marks))
    columns: list[Column] = [[row.good for row in rows]]
    columns += [[row.answered_goodput_rps for row in watch.rows] for watch in seen]
    heights = [_mean(column, cell) for column in columns for cell in cells]
    return Scale(cells, max((height for height in heights if height is not None), default=0.0))


def _truth(rows: Sequence[Row], scale: Scale, ink: Ink) -> Text:
    good = [row.good for row in rows]
    line = Text()
    for cell in scale.cells:
        line.append(bar(_mean(good, cell), scale.top_rps, ink), style_of(rows[cell.start].role))
    return line


def _plane(watch: WatchedPlane, rows: Sequence[Row], scale: Scale, ink: Ink) -> Text:
    answers = [row.answered_goodput_rps for row in watch.rows]
    line = Text(clean(watch.name)[: _NAME - 1].ljust(_NAME))
    for cell in scale.cells:
        how = _sight([watch.rows[place] for place in cell])
        if how == "sees":
            line.append(bar(_mean(answers, cell), scale.top_rps, ink), style_of(rows[cell.start].role))
        else:
            line.append(ink.hatch[how], "bold red" if how == "blind" else "")
    stale_s = None if watch.score is None else watch.score.stale_s
    return line.append(f"  blind {figures.seconds(stale_s)}", "bold" if stale_s else "dim")


def _sight(rows: Sequence[PlaneRow]) -> PlaneState:
    """How most of these seconds were seen; of two alike the worse, which comes first."""
    counted = Counter(sight(row) for row in rows)
    order: tuple[PlaneState, ...] = ("blind", "filled", "unknown", "sees")
    return max(order, key=lambda how: counted[how])


def _legend(seen: Sequence[WatchedPlane], scale: Scale, ink: Ink) -> Iterator[Text]:
    """How high a full block is, how long a mark, and what the hatches mean that occur."""
    each = figures.seconds(scale.seconds)
    yield Text(
        f"{' ' * _NAME}{ink.bars[-1]} {figures.rate(scale.top_rps)} answered in time, a mark is {each}", "dim"
    )
    found = {sight(row) for watch in seen for row in watch.rows}
    told = [f"{ink.hatch[how]} {name}" for how, name in _NAMED.items() if how in found]
    if told:
        yield Text(f"{' ' * _NAME}{'   '.join(told)}", "dim")


def _mean(column: Column, cell: range) -> float | None:
    known = [value for place in cell if (value := column[place]) is not None]
    return fmean(known) if known else None
