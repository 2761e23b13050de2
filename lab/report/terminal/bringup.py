"""Before the phases: which services are up, and what the calibration found so far."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.text import Text

from lab.journal.events import CalibrationMeasured, Event, NoteWritten, ServiceChanged
from lab.report.words import calibration, clean

_MARKS = {"starting": ("…", "dim"), "healthy": ("✓", "green"), "stopped": ("-", "dim")}
_TROUBLE = ("✗", "red")


class BringUp:
    """Follows the services' states and the calibrations."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.calibrations: list[CalibrationMeasured] = []
        self.waiting = ""

    def feed(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case ServiceChanged():
                self.states[clean(event.service)] = event.state
            case CalibrationMeasured():
                self.calibrations.append(event)
            case NoteWritten(kind="waiting"):
                self.waiting = clean(event.text)
            case _:
                pass

    @property
    def progress(self) -> str:
        """``services: 5 of 8 healthy``; before one is started, what is waited for."""
        if not self.states:
            return self.waiting or "nothing is started yet"
        healthy = sum(state == "healthy" for state in self.states.values())
        return f"services: {healthy} of {len(self.states)} healthy"

    def render(self, width: int) -> RenderableType:
        """States and calibration, each line cut to the width."""
        lines = [
            Text("Bringing up the lab" if self.states else "Before the lab is brought up", "bold"),
            Text(self.progress),
            _services(self.states, width),
        ]
        lines += [Text(clean(calibration(event))) for event in self.calibrations[-4:]]
        for line in (lines[0], lines[1], *lines[3:]):
            line.truncate(width, overflow="ellipsis")
        return Group(*lines)


def _services(states: Mapping[str, str], width: int) -> Text:
    """``✓ auth  ✓ router  … bridge``, wrapped where it has to be."""
    parts = [(*_MARKS.get(state, _TROUBLE), name) for name, state in sorted(states.items())]
    text, used = Text(), 0
    for mark, style, name in parts:
        size = len(name) + 4
        if used and used + size > width:
            text.append("\n")
            used = 0
        text.append(f"{mark} {name}  ", style)
        used += size
    return text
