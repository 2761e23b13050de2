"""The one owner of a living lab: journal writer, samples, and the methods that every front door calls."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from chaos.actions import Settings
from chaos.injector import Change, Injector
from lab.analysis import Timeline
from lab.drillfile import Drill, Step, make
from lab.journal import JournalWriter
from lab.journal.events import (
    ActionChanged,
    CheckDecided,
    Event,
    NoteWritten,
    PhaseEntered,
    ServiceChanged,
)
from lab.probes import Sampler, Ticker
from lab.probes.control import Control, ControlError
from lab.runner import AbortedByUser
from lab.runs.folder import RunFolder
from lab.runtime.base import Runtime, ServiceReport
from lab.session.stop import Stop


@dataclass(slots=True)
class Session:
    """A living lab. Opened by :func:`lab.session.open_session`, which also takes it down.

    ``timeline`` is fed every event as it happens: terminal, abort-if and steady state read the same one.
    ``services``: those that the runtime has told of, so that somebody may ask for their logs.
    ``doing``: what a lab that lives for several runs is at.
    ``measured``: it is a drill's, so that nobody else may change anything; by hand, ``down`` is set to end it.
    """

    folder: RunFolder
    drill: Drill
    runtime: Runtime
    journal: JournalWriter
    control: Control
    timeline: Timeline
    stop: Stop
    measured: bool
    ready: bool = False
    services: set[str] = field(default_factory=set)
    doing: str | None = None
    down: asyncio.Event = field(default_factory=asyncio.Event)
    ticker: Ticker = field(init=False)
    injector: Injector = field(init=False)
    _sampled: asyncio.Condition = field(default_factory=asyncio.Condition)
    _second: int = -1
    _rebuilt: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ticker = Ticker(lambda: self.journal.now_s)

    def now_s(self) -> float:
        """Seconds on the run's clock."""
        return self.journal.now_s

    async def until(self, instant_s: float) -> None:
        """Wait for an instant of the run's clock."""
        await self.ticker.until(instant_s)

    def write(self, event: Event) -> None:
        """Journal an event; the journal tells the timeline and whoever watches."""
        self.journal.write(event)
        if isinstance(event, ServiceChanged):
            self.services.add(event.service)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Event]]:
        """A queue of everything that happens while the context is open."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        leave = self.journal.listen(queue.put_nowait)
        try:
            yield queue
        finally:
            leave()

    def on_action(self, change: Change) -> None:
        """Journal what the injector did, and remember listeners that it made anew."""
        if change.rebuilt_listener and change.state in {"applied", "reverted"}:
            self._rebuilt.add(change.target)
        self.write(ActionChanged(**change.facts()))

    def enter(self, phase: PhaseEntered) -> None:
        """Journal that a phase begins."""
        self.write(phase)

    def decided(self, check: CheckDecided) -> None:
        """Journal a decision."""
        self.write(check)

    async def sample_forever(self, sampler: Sampler) -> None:
        """Sample each second, notice services that died, and wake who waits for the second."""
        async for tick in self.ticker.ticks():
            await sampler.sample(tick)
            for death in await self.runtime.check_alive() if sampler.up else ():
                self.write(service_changed(replace(death, planned=self._killed(death.service))))
            self.journal.sync()
            async with self._sampled:
                self._second = tick.second
                self._sampled.notify_all()

    def _killed(self, service: str) -> bool:
        """Whether we killed it ourselves."""
        return any(intent.traits.ends_process and intent.target == service for intent in self.injector.open())

    async def seconds(self) -> AsyncIterator[int]:
        """Each second of the run from now on, after it was sampled."""
        while True:
            async with self._sampled:
                await self._sampled.wait()
            yield self._second

    async def start_load(self) -> None:
        """Start the arrivals at the drill's rate and the run's seed."""
        await self.start_load_of(self.drill)

    async def start_load_of(self, drill: Drill) -> None:
        """Start the arrivals that a drill asks for."""
        load = drill.load
        start = {
            "seed": drill.seed,
            "rate_rps": load.rate_rps,
            "give_up_s": load.give_up_s,
            "slo_s": load.slo_s,
            "target": load.target,
            "customers": [customer.model_dump(mode="json") for customer in load.customers],
        }
        await self.control.change(self.runtime.address("load", "control"), {**start, "running": True})

    async def stop_load(self) -> None:
        """Start no more arrivals; those in flight end. A load that died has stopped, too: the journal tells that."""
        with suppress(ControlError):
            await self.control.change(self.runtime.address("load", "control"), {"running": False})

    async def step(self, step: Step, by: str = "runner") -> str:
        """Apply a fault, a mitigation or a change of the load; the id to undo it by.

        Raises:
            chaos.errors.RefusedError: it could not be applied; nothing of it is left active, or it is stuck
                and journaled as such.
        """
        made = make(step)
        return await self.injector.apply(
            name=step.name, kind=step.kind, fault=step.what, target=step.target, params=step.params,
            actions=made.actions(self.runtime), by=by, traits=made.traits(),
        )  # fmt: skip

    async def configure(self, service: str, settings: dict[str, Any], *, by: str) -> str:
        """Change a service's live settings, undoably."""
        address = self.runtime.address(service, "control")
        action = Settings(address=address, token_file=self.runtime.token_file, values=settings)
        return await self.injector.apply(
            name=f"configure-{service}", kind="setting", fault="settings", target=service, params=settings,
            actions=(action,), by=by,
        )  # fmt: skip

    async def undo(self, action: str, by: str) -> None:
        """Undo one applied action."""
        await self.injector.undo(action, by=by)
        while self._rebuilt:  # a new listener has the host's queue, not the device's
            service = self._rebuilt.pop()
            await self.runtime.restore_listen_queue(service)
            await self.injector.reapply(service)

    async def roll_back(self) -> tuple[str, ...]:
        """Undo everything that is active: the bridge's cap first, then the rest, newest first.

        Returns:
            The ids of what could not be undone.
        """
        return await self.injector.undo_all(by="rollback")

    async def clear(self, by: str) -> list[str]:
        """Undo what a person or a drill applied; the lab's own settings (its capacity) stay."""
        ids = [intent.id for intent in reversed(self.injector.open()) if intent.kind != "setting"]
        for action in ids:
            await self.undo(action, by=by)
        return ids

    def abort(self, reason: str) -> bool:
        """End the run on somebody's word; it rolls back while it unwinds. False: it ends already."""
        if not self.stop.ask(AbortedByUser(reason)):
            return False
        self.write(
            NoteWritten(by="lab abort", role="person", kind="abort", text=reason or "no reason was given")
        )
        return True


def service_changed(report: ServiceReport) -> ServiceChanged:
    """A runtime's report as an event."""
    return ServiceChanged(
        service=report.service, state=report.state, addresses=report.addresses, exit_code=report.exit_code,
        planned=report.planned, log_tail=report.log_tail,
    )  # fmt: skip
