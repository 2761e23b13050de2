"""The last events, in plain words."""

from collections import deque

from rich.console import Group, RenderableType
from rich.text import Text

from lab.drillfile.phase import role_of
from lab.journal.events import ActionChanged, CheckDecided, Event, PhaseEntered, ServiceChanged
from lab.report.terminal.spark import style_of
from lab.report.words import sentence

_KEPT = 40


class EventLines:
    """Keeps what was said about the newest events."""

    def __init__(self) -> None:
        self._said: deque[tuple[float, str, str]] = deque(maxlen=_KEPT)

    def feed(self, event: Event) -> None:
        """Take the next event; starting services are left to the bring-up's own lines."""
        said = sentence(event)
        if said is None or (isinstance(event, ServiceChanged) and event.state in {"starting", "healthy"}):
            return
        self._said.append((event.t, said, _style(event)))

    def render(self, lines: int, width: int) -> RenderableType:
        """The last ``lines`` of them, oldest first, each cut to the width."""
        shown = list(self._said)[-lines:] if lines > 0 else []
        return Group(*(_line(t, said, style, width) for t, said, style in shown))


def _line(t: float, said: str, style: str, width: int) -> Text:
    line = Text.assemble((f"{t:7.1f} s  ", "dim"), (said, style))
    line.truncate(width, overflow="ellipsis")
    return line


def _style(event: Event) -> str:
    match event:
        case PhaseEntered():
            return "bold " + style_of(event.role or role_of(event.phase))
        case (
            ActionChanged(state="refused" | "rollback-failed")
            | CheckDecided(met=False)
            | ServiceChanged(planned=False)
        ):
            return "bold red"
        case _:
            return ""
