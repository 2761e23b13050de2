"""A lab that people play with, while they do: it has no phases, so what is active stands where the phases would."""

from rich.text import Text

from lab.analysis.timeline.timeline import Timeline
from lab.report.played import active
from lab.report.terminal.latest import recent

_SECONDS = 10
"""So far back is looked for arrivals: a load that began."""


def is_played(timeline: Timeline, now_s: float) -> bool:
    """Whether the load runs although no phase has begun: then there are figures to show."""
    return not timeline.phases and any(row.offered for row in recent(timeline, now_s, _SECONDS))


def active_lines(timeline: Timeline, width: int) -> list[Text]:
    """What is active now, and how to change that; as many lines as the phases of a drill take."""
    now = active(timeline)
    line = Text.assemble(("active now  ", "bold"), ("; ".join(now) or "nothing", "red" if now else "green"))
    hint = "change it: lab fault add, lab mitigate, lab policy set; lab fault clear; end it: lab down"
    lines = [Text("interactive lab", "bold"), line, Text(hint, "dim")]
    for one in lines:
        one.truncate(width, overflow="ellipsis")
    return lines
