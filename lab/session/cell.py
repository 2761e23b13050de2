"""One run of several on the same living lab: a clock, a journal, a timeline and a run folder of its own.

    host session ── every event ──▶ Cell: seconds moved to its own clock ──▶ journal.jsonl, timeline
         ▲                            │
         └── step, undo, configure ───┘   what the cell applied is undone at its end; the host's cap stays

Counters are cumulative, so a journal that begins late says the same of its seconds as one that was there all along.
"""

from collections.abc import AsyncIterator

from lab.analysis import Timeline
from lab.drillfile import Drill, Step
from lab.journal import JournalWriter
from lab.journal.events import (
    ActionChanged,
    CanarySample,
    CheckDecided,
    CohortClosed,
    CohortProvisional,
    Event,
    PhaseEntered,
    RunClosed,
    RunOpened,
)
from lab.session.session import Session

OF_THE_HOST = (RunOpened, RunClosed, PhaseEntered, CheckDecided)
"""Events about a run as a whole: a cell writes its own."""


class Cell:
    """A run on a lab that lives longer. Satisfies :class:`lab.runner.RunControl`.

    Args:
        host: the living, calibrated lab.
        drill: what this run does; rate and policies are its own, the bridge is the host's.
        journal: the cell's, new; its origin is the cell's 0.
        timeline: fed every event of the cell.
    """

    def __init__(self, host: Session, drill: Drill, journal: JournalWriter, timeline: Timeline) -> None:
        self.timeline = timeline
        self._host = host
        self._drill = drill
        self._journal = journal
        self._late_s = journal.origin_s - host.journal.origin_s
        self._kept = frozenset(intent.id for intent in host.injector.open())

    def now_s(self) -> float:
        """Seconds on the cell's clock."""
        return self._journal.now_s

    async def until(self, instant_s: float) -> None:
        """Wait for an instant of the cell's clock."""
        await self._host.until(instant_s + self._late_s)

    async def seconds(self) -> AsyncIterator[int]:
        """Each second of the cell from now on, after it was sampled."""
        async for second in self._host.seconds():
            yield second - self._late_s

    def forward(self, event: Event) -> None:
        """Take an event of the host's journal; what was before the cell's own beginning is left out."""
        if isinstance(event, OF_THE_HOST):
            return
        mine = self._moved(event)
        if mine is not None:
            self._journal.write(mine)

    def _moved(self, event: Event) -> Event | None:
        match event:
            case CohortClosed() | CohortProvisional():
                second = event.second - self._late_s
                return event.model_copy(update={"second": second}) if second >= 0 else None
            case CanarySample():
                started_s = event.started_s - self._late_s
                return event.model_copy(update={"started_s": started_s}) if started_s >= 0 else None
            case ActionChanged():
                until_s = None if event.lease_until_s is None else event.lease_until_s - self._late_s
                return event.model_copy(update={"lease_until_s": until_s})
            case _:
                return event

    def enter(self, phase: PhaseEntered) -> None:
        """Journal that a phase begins."""
        self._journal.write(phase)

    def decided(self, check: CheckDecided) -> None:
        """Journal a decision."""
        self._journal.write(check)

    async def configure(self) -> None:
        """Apply the drill's configuration."""
        for service, settings in self._drill.configuration.items():
            await self._host.configure(service, settings, by="drill")

    async def start_load(self) -> None:
        """Start the arrivals at the drill's rate and the run's seed."""
        await self._host.start_load_of(self._drill)

    async def stop_load(self) -> None:
        """Start no more arrivals; those in flight end."""
        await self._host.stop_load()

    async def step(self, step: Step) -> str:
        """Apply a step of the drill; the id to undo it by."""
        return await self._host.step(step)

    async def undo(self, action: str, by: str) -> None:
        """Undo one applied step."""
        await self._host.undo(action, by)

    async def roll_back(self) -> tuple[str, ...]:
        """Undo everything that this cell applied; the ids of what could not be undone."""
        return await self._host.injector.undo_all(by="rollback", keep=self._kept)
