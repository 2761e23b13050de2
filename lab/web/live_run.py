"""One run as the page has it: the journal's events in, messages out. Pure; each second is encoded once for everyone.

A message has the ``seq`` of the newest event that it is made of. Who has seen it resumes there: what was sent with that
``seq`` or a later one is sent again, since what is not in the journal (provisional cohorts) has no ``seq`` of its own,
and several messages have the same. A line of the log has its event's, so that a browser shows it once.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lab.analysis import Timeline
from lab.analysis.system import SystemMap, system_map, system_second
from lab.analysis.timeline.seconds import WINDOW_S
from lab.journal.events import (
    ActionChanged,
    CalibrationMeasured,
    Event,
    NoteWritten,
    PhaseEntered,
    RunClosed,
    RunOpened,
    ServiceChanged,
)
from lab.journal.plane_events import PlaneConfigured, PlaneSample
from lab.report.html.charts import charts
from lab.report.html.embed import row_data
from lab.report.html.happenings import happenings
from lab.report.html.marks import marks
from lab.report.html.second_text import second_text
from lab.report.html.system_data import eye_data, eyes, map_data, second_data
from lab.report.words import clean, sentence, titled
from lab.web.active import active
from lab.web.live_figures import live_figures
from lab.web.message import Encoded, Place, as_json, encoded

MOST_SECONDS = 3600
"""Seconds that are kept, and that a browser gets when it comes: an hour. A lab may live for days."""
MOST_LINES = 200
"""Lines of the log that it gets."""
STARTING = frozenset({"starting", "healthy"})
"""States of a service that are no news."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A second as it was sent last: the ``seq`` that it was sent with; row, words, system and eyes as JSON."""

    seq: int
    text: tuple[str, str, str, str]


class LiveRun:
    """One run.

    Attributes:
        timeline: folded from the run's events.
        seq: of the newest.
    """

    def __init__(self, run: str) -> None:
        self.run = run
        self.timeline = Timeline()
        self.seq = -1
        self._seconds: dict[int, Sent] = {}
        self._touched: set[int] = set()
        self._newest = -1
        self._lines: deque[tuple[int, str]] = deque(maxlen=MOST_LINES)
        self._new_lines: list[str] = []
        self._marked = False
        self._hello: bytes | None = None
        self._map: SystemMap | None = None

    @property
    def at(self) -> Place:
        """How far the messages have come."""
        return Place(self.run, max(0, self.seq))

    def feed(self, event: Event) -> None:
        """Take the next event of the run."""
        self.timeline.feed(event)
        self.seq = max(self.seq, event.seq)
        match event:
            case PhaseEntered():
                self._touched.update(range(max(0, int(event.t)), self._newest + 1))
                self._marked = True
            case ActionChanged():
                self._touched.add(int(event.t))
                self._marked = True
            case RunOpened() | CalibrationMeasured() | PlaneConfigured() | RunClosed():
                self._marked = True
            case NoteWritten():
                self._marked = True
            case PlaneSample():
                self._touched.add(event.second)
            case ServiceChanged():
                self._touched.add(int(event.t))
                self._marked = True
            case _:
                pass
        if (said := sentence(event)) is None or (
            isinstance(event, ServiceChanged) and event.state in STARTING
        ):
            return
        self._new_lines.append(
            as_json({"seq": event.seq, "t": round(event.t, 1), "text": said, "kind": event.type})
        )

    def take(self) -> list[bytes]:
        """Messages for all that changed since the last call."""
        at, found = str(self.at), []
        if self._marked:
            self._draw_map()
        changed = self._renewed()  # before anything else asks for a row
        if self._marked:
            self._marked, self._hello = False, None
            found.append(encoded("marks", self.marks(), at))
        if changed:
            found.append(encoded("seconds", self._of(changed), at))
        if self._new_lines:
            found.append(encoded("log", _lines(self._new_lines), at))
            self._lines.extend((max(0, self.seq), line) for line in self._new_lines)
            self._new_lines.clear()
        return found

    def catch_up(self, seen: Place | None) -> list[bytes]:
        """Messages for one who comes, or comes back having ``seen`` so much: all that :meth:`take` has sent since."""
        at = str(self.at)
        since = seen.seq if seen is not None and seen.run == self.run else -1
        seconds = sorted(s for s, sent in self._seconds.items() if sent.seq >= since)
        return [
            self._hello or self._greeting(at),
            encoded("seconds", self._of(seconds), at),
            encoded("log", _lines(line for seq, line in self._lines if seq >= since), at),
        ]

    def marks(self) -> dict[str, Any]:
        """What is marked on the charts, and what is active: changes with a phase or an action."""
        timeline = self.timeline
        return {
            "figures": {} if timeline.drill is None else live_figures(timeline),
            "spans": self._spans(),
            "phases": [
                {
                    "name": titled(p.name, p.clock),
                    "role": p.role,
                    "start_s": p.start_s,
                    "planned_s": p.planned_s,
                }
                for p in timeline.phases
            ],
            "active": active(timeline),
            "events": happenings(timeline),
            "map": self.map_data(),
            "eyes": eyes(timeline),
        }

    def map_data(self) -> dict[str, Any] | None:
        """What stands where; None: nothing is known yet."""
        return None if self._map is None else map_data(self._map)

    def _draw_map(self) -> None:
        """What stands where; where it changed, every second is said by the new one."""
        made = system_map(self.timeline)
        if made != self._map:
            self._map = made
            self._touched.update(range(self._newest + 1))

    def _spans(self) -> dict[str, list[float]]:
        if self.timeline.drill is None:
            return {}
        found = marks(self.timeline)
        return {"*": [found.first_s, found.last_s]} | {b.name: [b.start_s, b.end_s] for b in found.phases}

    def _greeting(self, at: str) -> bytes:
        opened, drill = self.timeline.run, self.timeline.drill
        data = {
            "run": self.run,
            "drill": "" if drill is None else clean(drill.title),
            "runtime": "" if opened is None else opened.runtime,
            "interactive": opened is not None and opened.interactive,
            "charts": [] if drill is None else [chart.key for chart in charts(drill)],
            **self.marks(),
        }
        self._hello = encoded("hello", data, at)
        return self._hello

    def _renewed(self) -> list[int]:
        """The seconds that are not what was sent last, each encoded here, once."""
        last = max(int(self.timeline.now_s), self.timeline.seconds.newest)
        dirty = {later for one in self.timeline.seconds.changed for later in range(one, one + WINDOW_S)}
        dirty |= self._touched | set(range(self._newest + 1, last + 1))
        self._touched.clear()
        self._newest = last
        first = max(0, last - MOST_SECONDS + 1)
        for second in [one for one in self._seconds if one < first]:
            del self._seconds[second]
        return [second for second in sorted(dirty) if first <= second <= last and self._encode(second)]

    def _encode(self, second: int) -> bool:
        """Make a second's text; whether it is another than what was sent."""
        timeline, row, system = self.timeline, self.timeline.row(second), None
        if self._map is not None:
            began = None if timeline.run is None else timeline.run.started_utc
            system = second_data(system_second(timeline, second, self._map), self._map, began)
        seen = {plane: eye_data(timeline, plane, second) for plane in eyes(timeline)}
        text = (as_json(row_data(row)), as_json(second_text(row)), as_json(system), as_json(seen))
        if (old := self._seconds.get(second)) is not None and old.text == text:
            return False
        self._seconds[second] = Sent(max(0, self.seq), text)
        return True

    def _of(self, seconds: list[int]) -> Encoded:
        """Some seconds, from what is encoded already."""
        columns = (
            zip(*(self._seconds[second].text for second in seconds), strict=True)
            if seconds
            else ((), (), (), ())
        )
        named = zip(("rows", "said", "system", "eyes"), columns, strict=True)
        return Encoded("{" + ",".join(f'"{name}":[{",".join(texts)}]' for name, texts in named) + "}")


def _lines(lines: Iterable[str]) -> Encoded:
    """Lines of the log, which are encoded already."""
    return Encoded(f'{{"lines":[{",".join(lines)}]}}')
