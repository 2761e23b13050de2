"""All phases as a bar, the present one marked."""

from rich.text import Text

from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.model import Drill
from lab.drillfile.phase import Phase
from lab.report import headline_figures as figures
from lab.report.terminal.spark import style_of
from lab.report.words import titled

_MARK = 2
"""Characters before a name: done, present, to come."""


def widths(phases: tuple[Phase, ...], width: int) -> list[int]:
    """Characters for each phase: room for its name, and the rest by how long it lasts.

    Where there is no room for all names, long ones get no more than their share of the line.
    """
    share = max(_MARK + 1, (width + 1) // max(1, len(phases)) - 1)
    least = [len(phase.name) + _MARK for phase in phases]
    if sum(least) + len(phases) - 1 > width:
        least = [min(low, share) for low in least]
    spare = max(0, width - sum(least) - len(phases) + 1)
    total = sum(phase.planned_s for phase in phases) or 1.0
    return [low + int(spare * phase.planned_s / total) for low, phase in zip(least, phases, strict=True)]


def phase_lines(drill: Drill, timeline: Timeline, now_s: float, width: int) -> list[Text]:
    """Names, bar, and where in it we are."""
    sizes = widths(drill.phases, width)
    names, bar = Text(no_wrap=True), Text(no_wrap=True)
    for phase, size in zip(drill.phases, sizes, strict=True):
        done = _share_done(timeline, phase, now_s)
        names.append_text(_name(phase, size, done)).append(" ")
        full = int(size * done)
        bar.append("━" * full, style_of(phase.role)).append("─" * (size - full), "dim").append(" ")
    return [names, bar, _where(drill, timeline, now_s)]


def _share_done(timeline: Timeline, phase: Phase, now_s: float) -> float:
    """0 before the phase, 1 after it, in it the share of its planned time."""
    span = timeline.phase(phase.name)
    if span is None:
        return 0.0
    if span.end_s is not None or timeline.done_s is not None:
        return 1.0
    return min(0.999, max(0.001, (now_s - span.start_s) / (phase.planned_s or 1.0)))


def _name(phase: Phase, size: int, done: float) -> Text:
    room = size - _MARK
    shown = phase.name if len(phase.name) <= room else f"{phase.name[: room - 1]}…"
    if done == 0:
        return Text(f"  {shown}".ljust(size), "dim")
    mark, style = ("✓", "") if done == 1 else ("▶", "bold ")
    return Text(f"{mark} {shown}".ljust(size), style + style_of(phase.role))


def _where(drill: Drill, timeline: Timeline, now_s: float) -> Text:
    """``aftermath (7:38 PST) 7 of 15 s    whole drill 27 of 75 s``."""
    span = timeline.phases[-1] if timeline.phases else None
    if span is None:
        return Text("before the first phase", "dim")
    start = timeline.phases[0].start_s
    if timeline.done_s is not None:
        return Text("phases over: waiting for the last answers, rolling back")
    line = Text.assemble(
        (titled(span.name, span.clock), "bold " + style_of(span.role)),
        f" {int(now_s - span.start_s)} of {figures.seconds(span.planned_s)}",
    )
    return line.append(f"   whole drill {int(now_s - start)} of {figures.seconds(drill.planned_s)}", "dim")
