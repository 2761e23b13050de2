"""The only fold: journal events -> Timeline. Abort-if, terminal, page and verdict all read it.

    journal.jsonl ──▶ Timeline.fold(events) ─┐
                                             ├─▶ rows (one a second), phases, actions, samples ─▶ judge()
    writer.listen ──▶ timeline.feed(event) ──┘

Feeding is cheap: an event is filed under the seconds it touches, and only those rows are made again when
someone looks. Fed one by one or all at once, the rows are the same.
"""

from collections.abc import Iterable
from typing import Self

from lab.analysis.timeline.record import EventRecord
from lab.analysis.timeline.row import ActionSpan, PhaseSpan, Row
from lab.analysis.timeline.rows import Rows
from lab.analysis.timeline.seconds import Seconds
from lab.analysis.timeline.trigger import Trigger, is_in
from lab.drillfile.phase import PhaseRole
from lab.journal.events import Event


class Timeline(EventRecord):
    """A run as far as it is known: what was recorded (see ``EventRecord``), and rows made of it."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = Seconds()
        self._rows = Rows(self.seconds)

    @classmethod
    def fold(cls, events: Iterable[Event]) -> Self:
        """A timeline of all these events."""
        timeline = cls()
        for event in events:
            timeline.feed(event)
        return timeline

    def feed(self, event: Event) -> None:
        """Take the next event of the journal or of the live stream."""
        self.keep(event)
        self.seconds.feed(event)

    @property
    def rows(self) -> list[Row]:
        """One row for each second from the run's first to its newest."""
        return [self.row(second) for second in range(max(int(self.now_s), self.seconds.newest) + 1)]

    def row(self, second: int) -> Row:
        """The row of one second; empty where nothing was seen."""
        return self._rows.row(second, self.span_at(second))

    def span_at(self, t: float) -> PhaseSpan | None:
        """The phase at a run time; None before the first and after the last."""
        spans = (span for span in self.phases if span.start_s <= t and (span.end_s is None or t < span.end_s))
        return next(spans, None)

    def phase_at(self, t: float) -> str | None:
        """The name of the phase at a run time."""
        span = self.span_at(t)
        return span.name if span else None

    def phases_of(self, role: PhaseRole) -> list[PhaseSpan]:
        """The phases with a role that have begun, in order."""
        return [span for span in self.phases if span.role == role]

    def phase(self, name: str) -> PhaseSpan | None:
        """A phase as it really was; None when it never began."""
        return next((span for span in self.phases if span.name == name), None)

    @property
    def judged(self) -> tuple[float, float] | None:
        """From the first phase's start to the last one's end (or to now); the tail is outside of it."""
        if not self.phases:
            return None
        return self.phases[0].start_s, self.now_s if self.done_s is None else self.done_s

    @property
    def first_s(self) -> tuple[float, float] | None:
        """What is judged of the first trigger: up to the moment when the trigger comes again, where it does."""
        again = self.phases_of("retrigger")
        return self.judged if self.judged is None or not again else (self.judged[0], again[0].start_s)

    @property
    def faults(self) -> list[ActionSpan]:
        """The actions that hurt: faults, automations, and changes of the load that the drill's method asks for."""
        steps = {step.name for step in self.drill.applied} if self.drill else set()
        wanted = (a for a in self.actions.values() if a.applied_s is not None)
        hurts = {"fault", "automation"}
        return [a for a in wanted if a.kind in hurts or (a.kind == "load" and a.name in steps)]

    @property
    def trigger(self) -> Trigger:
        """The first trigger: all that hurt, but for what a retrigger did."""
        again = self.phases_of("retrigger")
        return Trigger.of((action for action in self.faults if not is_in(action, again)), self.done_s)

    @property
    def retrigger(self) -> Trigger:
        """The trigger when it came again; one without actions where it did not."""
        again = self.phases_of("retrigger")
        return Trigger.of((action for action in self.faults if is_in(action, again)), self.done_s)

    @property
    def trigger_start_s(self) -> float | None:
        """When the first trigger was active."""
        return self.trigger.start_s

    @property
    def trigger_end_s(self) -> float | None:
        """When the first trigger was over; None while it lasts, and when it was kept until the rollback."""
        return self.trigger.end_s

    @property
    def mitigation_s(self) -> float | None:
        """When the first mitigation was active."""
        times = (a.applied_s for a in self.actions.values() if a.kind == "mitigation")
        return min((t for t in times if t is not None), default=None)
