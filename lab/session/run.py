"""One run on a living lab: its journal and clock, its timeline, who watches it, its steps and their undo, its end.

    host ── every event ──▶ Run: seconds moved to its own clock ──▶ journal.jsonl, timeline
      ▲                       │
      └── apply, undo ────────┘   what the run applied is undone at its end; what was active before it stays

A drill that has a lab to itself shares the lab's folder and journal, so that its journal begins with the bring-up; a
run of several has a folder and a journal of its own. There is no other difference. Counters are cumulative, so a
journal that begins late says the same of its seconds as one that was there all along.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING

from chaos.errors import ChaosError, RefusedError
from lab.analysis import Timeline
from lab.drillfile import Drill, Step
from lab.journal import JournalWriter
from lab.journal.events import CheckDecided, Event, PhaseEntered, RunClosed, RunOpened
from lab.journal.moved import moved
from lab.probes import Ticker, watch_urls
from lab.probes.control import ControlError
from lab.runner import Aborted, AbortedByUser, NotSteady, run_drill, watch_aborts
from lab.runs.folder import RunFolder
from lab.session.permission import MEASURED
from lab.session.plane_watch import PlaneWatch, configured
from lab.session.run_outcome import RunOutcome
from lab.session.watch import Watch, under_watch, uninterrupted

if TYPE_CHECKING:
    from lab.session.host import Host

OF_THE_HOST = (RunOpened, RunClosed, PhaseEntered, CheckDecided)
"""Events about a run as a whole: each run writes its own."""


class Run:
    """A run of a drill. Satisfies :class:`lab.runner.RunControl`.

    Args:
        host: the living lab.
        drill: what this run does; rate and policies are its own, the bridge is the host's.
        folder: the run's.
        journal: the run's, whose origin is the run's 0; the host's own where the run has the lab to itself.
        timeline: fed every event of the run.
    """

    permissions = MEASURED

    def __init__(
        self, host: "Host", drill: Drill, folder: RunFolder, journal: JournalWriter, timeline: Timeline
    ) -> None:
        self.drill = drill
        self.folder = folder
        self.journal = journal
        self.timeline = timeline
        self.ending = RunOutcome()
        self.watch = Watch()
        self._host = host
        self._late_s = journal.origin_s - host.journal.origin_s
        self._planes = PlaneWatch(host.runtime, journal, host.recent.roles)
        self._kept: frozenset[str] = frozenset()
        journal.follow(timeline.feed)

    def begin(self) -> None:
        """From now on ``abort-if`` is watched and its URLs are asked: while a lab comes up, too."""
        urls = sorted({condition.url for condition in self.drill.abort_if if condition.url is not None})
        if urls:
            self.watch.start(watch_urls(urls, Ticker(self.now_s), self.write))
        if self.drill.abort_if:
            self.watch.start(watch_aborts(self, self.drill))

    async def drive(self) -> None:
        """Run the drill; whatever ends it, what it applied is undone before this returns.

        1. the planes are asked, the drill's configuration is applied
        2. ``lab.runner.run_drill``, under the watch of everything that may end it
        3. the load stops; rolled back; the planes are asked once more

        A run that was not steady, that a condition of ``abort-if`` ended or of which a step was refused (a bridge that
        its clients have saturated may not answer its control port in time) has a result: it is in ``ending``.

        Raises:
            AbortedByUser, Interrupted: a person or a signal asked for the end, of the lab as well.
            ChaosError: something could not be undone: the lab can't be used any more.
        """
        self._kept = frozenset(intent.id for intent in self._host.changes.active())
        try:
            await under_watch(self._steps(), *self._host.ends, self.watch.failed)
            self.ending.completed()
        except AbortedByUser as asked:
            self.ending.record(asked)
            raise
        except (NotSteady, Aborted) as early:
            self.ending.record(early)
        except RefusedError as refused:
            self.ending.record(Aborted(str(refused)))
        except BaseException as error:
            self.ending.record(error)
            raise
        finally:
            if self.journal is self._host.journal:  # the lab ends with it
                self._host.stop.ending = True
            await uninterrupted(self._wind_up())
        if self.ending.left:
            raise ChaosError(f"not rolled back: {', '.join(self.ending.left)}")
        if self.ending.outcome == "broken" and self.ending.error is not None:
            raise self.ending.error

    async def _steps(self) -> None:
        await self._planes.begin(configured(self._host.request.of(self.drill)), self.watch)
        await self._sampled_twice()
        for service, settings in self.drill.configuration.items():
            if settings:
                await self._host.changes.configure(service, settings, by="drill")
        await run_drill(self, self.drill)

    async def _wind_up(self) -> None:
        """Each part whatever became of the one before; what fails is the run's ending."""
        for what, part in (
            ("stopping the load", self.stop_load),
            ("the rollback", self._roll_back_at_last),
            ("ending its watchers", self.watch.end),
            ("asking the planes once more", self._planes.end),
        ):
            try:
                await part()
            except Exception as error:  # noqa: BLE001 - the rest is done all the same
                self.ending.failed_afterwards(what, error)

    async def _roll_back_at_last(self) -> None:
        try:
            self.ending.left = await self.roll_back()
        except BaseException:
            self.ending.left = self._active()
            raise

    def _active(self) -> tuple[str, ...]:
        return tuple(one.id for one in self._host.changes.active() if one.id not in self._kept)

    async def _sampled_twice(self) -> None:
        """A second's figures are differences of cumulative counters: the first one needs a sample before it.

        Two seconds are waited for and no longer: a load that does not answer is never sampled, and what is asked of it
        next says so.
        """
        if len(self.timeline.loads) > 1:
            return
        passed = 0
        async for _ in self.seconds():
            passed += 1
            if passed == 2 or len(self.timeline.loads) > 1:  # noqa: PLR2004  said above
                return

    def hear(self, event: Event) -> None:
        """Take an event of the host's journal; what was before the run's own beginning is left out."""
        if self.journal is self._host.journal or isinstance(event, OF_THE_HOST):
            return
        mine = moved(event, self._late_s)
        if mine is not None:
            self.write(mine)

    def write(self, event: Event) -> None:
        """Write an event into the run's journal; its timeline and whoever looks on get it."""
        self.journal.write(event)

    def now_s(self) -> float:
        """Seconds on the run's clock."""
        return self.journal.now_s

    async def until(self, instant_s: float) -> None:
        """Wait for an instant of the run's clock."""
        await self._host.ticker.until(instant_s + self._late_s)

    async def seconds(self) -> AsyncIterator[int]:
        """Each second of the run from now on, after it was sampled."""
        async for second in self._host.seconds():
            yield second - self._late_s

    def enter(self, phase: PhaseEntered) -> None:
        """Journal that a phase begins."""
        self.write(phase)

    def decided(self, check: CheckDecided) -> None:
        """Journal a decision."""
        self.write(check)

    async def start_load(self) -> None:
        """Start the arrivals at the drill's rate and the run's seed."""
        await self._host.load.start(self.drill)

    async def stop_load(self) -> None:
        """Start no more arrivals; those in flight end. A load that died has stopped, too: the journal records that."""
        with suppress(ControlError):
            await self._host.load.stop()

    async def step(self, step: Step) -> str:
        """Apply a step of the drill; the id to undo it by."""
        return await self._host.changes.apply(step, by="runner")

    async def undo(self, action: str, by: str) -> None:
        """Undo one applied step."""
        await self._host.changes.undo(action, by)

    async def roll_back(self) -> tuple[str, ...]:
        """Undo everything that this run applied; what could not be undone."""
        return await self._host.changes.roll_back(keep=self._kept)
