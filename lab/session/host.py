"""A living lab: lease, runtime, injector, capacity, samples, and how it ends. Runs are made on it, one at a time.

    Host (lease, runtime, injector, calibration, samples, stop)
      └── Run (journal and its clock, timeline, who watches it, steps and their undo, why it ended)

A drill is a host with one run; variants, tournaments and searches are a host with many; an interactive lab is a host
whose current run is interactive.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace

from chaos.injector import Change, Injector
from lab.analysis import Timeline
from lab.drillfile import Drill
from lab.journal import JournalWriter
from lab.journal.events import ActionChanged, Event, NoteWritten, ServiceChanged
from lab.probes import Sampler, Ticker
from lab.probes.control import ControlClient
from lab.runner import AbortedByUser
from lab.runs.folder import RunFolder
from lab.runtime.base import Runtime, ServiceReport
from lab.runtime.slots import MEASURE_LOCK_S, hold_measure_lock
from lab.session.changes import Changes, RollbackFailedError
from lab.session.environment import save_environment
from lab.session.guard import Guard
from lab.session.herd import clients_of, require_herd
from lab.session.interactive_run import InteractiveRun
from lab.session.judged import Result, judge_folder, judge_run
from lab.session.load_orders import LoadOrders
from lab.session.opened import opened
from lab.session.permission import MEASURED, Permission
from lab.session.recent import Recent
from lab.session.request import Request
from lab.session.requirements import OtherLabError, require_abilities, require_same_lab, require_services
from lab.session.rest import wait_as_calibrated
from lab.session.run import Run
from lab.session.run_outcome import RunOutcome
from lab.session.stop import Stop
from lab.session.taken_over import write_end
from lab.session.watch import Watch, under_watch, uninterrupted
from lab.topology import Topology

MOST_WAITING = 2000
"""Events that a viewer may be behind: half a minute of them. One that is slower is dropped, and can resume."""


@dataclass(slots=True)
class Host:
    """A living lab. Opened by :func:`lab.session.open_host`, which also takes it down.

    Attributes:
        request: what it was brought up for.
        folder: its own; ``journal`` records everything that happens to the lab for as long as it lives.
        current: the run that the lab is at; None: none, as between two runs of a series.
        doing: what the caller says that the lab is at.
        ready: it is up and calibrated.
        down: set to end an interactive lab.
        watch: what cleans up after it (lease, watchdog); ``samples`` alike: a task that fails ends what runs.
        ending: how it ended.
    """

    request: Request
    folder: RunFolder
    runtime: Runtime
    journal: JournalWriter
    control: ControlClient
    stop: Stop
    topology: Topology | None = None
    current: Run | InteractiveRun | None = None
    doing: str | None = None
    ready: bool = False
    down: asyncio.Event = field(default_factory=asyncio.Event)
    watch: Watch = field(default_factory=Watch)
    samples: Watch = field(default_factory=Watch)
    guard: Guard | None = None
    ending: RunOutcome = field(default_factory=RunOutcome)
    recent: Recent = field(default_factory=Recent)
    ticker: Ticker = field(init=False)
    injector: Injector = field(init=False)
    changes: Changes = field(init=False)
    load: LoadOrders = field(init=False)
    _sampled: asyncio.Condition = field(default_factory=asyncio.Condition)
    _second: int = -1
    _begun: asyncio.Task[None] | None = None
    _begins: bool = False

    def __post_init__(self) -> None:
        self.ticker = Ticker(self.now_s)
        self.load = LoadOrders(self.control, lambda: self.runtime.address(self.recent.roles.load, "control"))
        self.journal.follow(self.recent.feed)

    @property
    def ends(self) -> tuple[asyncio.Future[BaseException], ...]:
        """What ends whatever runs here: a wish to stop, or a failure of the lab's own tasks."""
        return self.stop.asked, self.watch.failed, self.samples.failed

    @property
    def ends_of_run(self) -> tuple[asyncio.Future[BaseException], ...]:
        """What ends the current run alone."""
        return () if self.current is None else (self.current.watch.failed,)

    @property
    def permissions(self) -> frozenset[Permission]:
        """What callers may do now: what the current run allows."""
        return MEASURED if self.current is None or self._begins else self.current.permissions

    def now_s(self) -> float:
        """Seconds on the lab's clock."""
        return self.journal.now_s

    async def until(self, instant_s: float) -> None:
        """Wait for an instant of the lab's clock."""
        await self.ticker.until(instant_s)

    def write(self, event: Event) -> None:
        """Write an event into the lab's journal; the current run records it as well, on its own clock."""
        written = self.journal.write(event)
        if isinstance(self.current, Run):
            self.current.hear(written)

    def on_action(self, change: Change) -> None:
        """Journal what the injector did."""
        self.changes.noticed(change)
        self.write(ActionChanged(**change.facts()))

    def own_run(self, timeline: Timeline) -> None:
        """Make the drill that this lab is brought up for its current run, in the lab's own folder and journal."""
        run = Run(self, self.request.drill, self.folder, self.journal, timeline)
        self.current, self.ending = run, run.ending

    async def drill(self) -> None:
        """Run the drill that has this lab to itself; how it ended is in ``ending``. The lab ends with it.

        Raises:
            OtherLabError: the lab was brought up for something else.
            AbortedByUser, Interrupted: an end was asked for; everything of the run is rolled back.
            ChaosError: something could not be undone.
        """
        if not isinstance(self.current, Run):
            raise OtherLabError(
                f"the lab {self.folder.name} was brought up for a {self.request.purpose}: use run()"
            )
        await self.current.drive()

    async def run(
        self,
        drill: Drill,
        folder: RunFolder,
        listener: Callable[[Event], None] | None = None,
        timeline: Timeline | None = None,
    ) -> Result:
        """Run a drill on this lab and judge it. One that was not steady or was aborted is a result as well.

        An interactive run ends before it, and another one begins after it.

        Args:
            drill: what to run; its rate and policies are its own, the devices are the lab's.
            folder: a new one, for this run.
            listener: gets every event of the run; what it raises ends only the listening.
            timeline: an empty one that is fed every event before the listener gets it.

        Raises:
            OtherLabError: the drill needs another lab; nothing was done.
            NotAtRestError: the lab did not drain after the run before, or is not as it was calibrated.
            DiedError: a service died since the lab was brought up.
            AbortedByUser, Interrupted: the end of the lab was asked for; the run is rolled back and closed.
            ChaosError: something could not be undone: the lab can't be used any more.
        """
        self.require(drill)
        interactive = await self.end_interactive()
        async with AsyncExitStack() as stack:
            if interactive is not None and self.request.takes_turns:
                turn = hold_measure_lock(folder.name, MEASURE_LOCK_S)
                await under_watch(stack.enter_async_context(turn), *self.ends)
            await under_watch(wait_as_calibrated(self.recent, self.runtime), *self.ends)
            await self._drive(drill, folder, listener, Timeline() if timeline is None else timeline)
        result = await asyncio.to_thread(judge_folder, folder)
        if interactive is not None:
            await self.begin_interactive(interactive.drill)
        return result

    def begin(self, drill: Drill, folder: RunFolder) -> None:
        """As :meth:`run`, in a task of its own, for a caller who does not wait; then the report is written.

        An error of it ends the lab. :meth:`require` was asked before. From here on nothing else is permitted.
        """

        async def to_its_report() -> None:
            self._begins = False  # `run` ends the interactive run before anything else gets a turn
            try:
                await self.run(drill, folder)
                await asyncio.to_thread(judge_run, folder)
            except Exception as error:  # noqa: BLE001 - no one else hears of it
                self.watch.fail(error)

        self._begins = True
        self._begun = asyncio.create_task(to_its_report())

    async def _settled(self) -> None:
        """What was begun has rolled back."""
        if self._begun is not None:
            await asyncio.wait({self._begun})

    async def _drive(
        self, drill: Drill, folder: RunFolder, listener: Callable[[Event], None] | None, timeline: Timeline
    ) -> None:
        request = self.request.of(drill)
        save_environment(request, folder, self.folder)
        with JournalWriter(folder.journal) as journal, self._recorded(journal):
            run = Run(self, drill, folder, journal, timeline)
            if listener is not None:
                journal.listen(listener)
            journal.write(opened(request, folder, self.runtime))
            for known in self.recent.known():
                journal.write(known)
            self.current = run
            try:
                run.begin()
                await run.drive()
            finally:
                self.current = None
                await write_end(journal, run.ending)

    @contextmanager
    def _recorded(self, journal: JournalWriter) -> Iterator[None]:
        """Have whoever cleans up after this process end the run's journal, too, where it could not be ended here."""
        ledger = None if self.guard is None else self.guard.ledger
        if ledger is not None:
            ledger.record(journal.path, journal.origin_s)
        yield
        if ledger is not None:
            ledger.record(journal.path, None)

    def require(self, drill: Drill) -> None:
        """Say why a drill can't be run on this lab.

        Raises:
            OtherLabError: what it needs, and what this lab has.
        """
        require_same_lab(drill, self.request.drill)
        require_abilities(drill, self.runtime)
        if clients_of(drill) > max(
            map(clients_of, self.request.drills)
        ):  # else it was asked before the lab was up
            require_herd([drill], self.runtime)
        if self.topology is not None:
            require_services(drill, self.topology)

    async def begin_interactive(self, drill: Drill) -> None:
        """Make an interactive run the current one."""
        run = InteractiveRun(self, drill)
        self.current = run
        await under_watch(run.begin(), *self.ends, run.watch.failed)

    async def end_interactive(self) -> InteractiveRun | None:
        """End the interactive run, if the current one is, and undo what was done in it.

        Raises:
            RollbackFailedError: something could not be undone.
        """
        run = self.current
        if not isinstance(run, InteractiveRun):
            return None
        self.current = None
        if left := await uninterrupted(run.end()):
            raise RollbackFailedError(f"not rolled back: {', '.join(left)}")
        return run

    async def until_down(self) -> None:
        """Let people play until the lab is to be taken down, and a drill that they began has ended."""
        try:
            await under_watch(self.down.wait(), *self.ends, *self.ends_of_run)
        finally:
            await uninterrupted(self._settled())

    def open_ids(self) -> tuple[str, ...]:
        """What may be active, by the ledger."""
        return () if self.guard is None else tuple(one.id for one in self.guard.ledger.account.open())

    def open_ends(self) -> tuple[str, ...]:
        """What the ledger has still open when the lab has ended: the truth for the journal's last line."""
        if self.guard is None or self.guard.ledger.account.done():
            return ()
        return self.open_ids() or ("what it started is not known to be down",)

    @contextmanager
    def listen(self) -> Iterator["asyncio.Queue[Event | None]"]:
        """A queue of everything that happens while the context is open; None: too slow, nothing more comes."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(MOST_WAITING + 1)

        def put(event: Event) -> None:
            if queue.qsize() < MOST_WAITING:
                queue.put_nowait(event)
            else:
                leave()
                queue.put_nowait(None)

        leave = self.journal.listen(put)
        try:
            yield queue
        finally:
            leave()

    async def sample_forever(self, sampler: Sampler) -> None:
        """Sample each second, notice services that died, and wake who waits for the second."""
        async for tick in self.ticker.ticks():
            await sampler.sample(tick)
            for death in await self.runtime.check_alive() if sampler.up else ():
                self.write(service_changed(replace(death, planned=self._killed(death.service))))
            async with self._sampled:
                self._second = tick.second
                self._sampled.notify_all()

    def _killed(self, service: str) -> bool:
        """Whether we killed it ourselves."""
        return any(one.traits.ends_process and one.target == service for one in self.changes.active())

    async def seconds(self) -> AsyncIterator[int]:
        """Each second of the lab from now on, after it was sampled."""
        while True:
            async with self._sampled:
                await self._sampled.wait()
            yield self._second

    def note(self, by: str, role: str, kind: str, text: str) -> None:
        """Keep words beside the figures."""
        self.write(NoteWritten(by=by, role=role, kind=kind, text=text))

    def abort(self, reason: str) -> bool:
        """End what runs on a person's word; it rolls back while it unwinds. False: it ends already."""
        if not self.stop.ask(AbortedByUser(reason)):
            return False
        self.note("lab abort", "person", "abort", reason or "no reason was given")
        return True


def service_changed(report: ServiceReport) -> ServiceChanged:
    """A runtime's report as an event."""
    return ServiceChanged(
        service=report.service, state=report.state, addresses=report.addresses, exit_code=report.exit_code,
        planned=report.planned, log_tail=report.log_tail,
    )  # fmt: skip
