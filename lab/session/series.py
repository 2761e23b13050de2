"""Several runs, one after the other, on one living lab that was calibrated once.

    open_session ─▶ host ─▶ run_cell ─▶ at rest ─▶ run_cell ─▶ ... ─▶ host is rolled back and taken down

Each run is judged from its own journal, in its own folder, exactly like a run that had a lab to itself.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from chaos.errors import ChaosError, RefusedError
from chaos.wait import WaitTimeoutError, wait_until
from lab.analysis import Timeline, deaths
from lab.drillfile import Drill
from lab.journal import JournalWriter
from lab.journal.events import CalibrationMeasured, Event, ServiceChanged
from lab.probes.control import ControlError
from lab.runner import Aborted, NotSteady, run_drill, watch_aborts
from lab.runs.folder import RunFolder
from lab.runtime.base import SetupError
from lab.session.bring_up import open_session, opened
from lab.session.cell import Cell
from lab.session.request import Request
from lab.session.run import Result, judge_folder, save_environment
from lab.session.run_outcome import RunOutcome
from lab.session.session import Session
from lab.session.stop import Stop

CANARY = "canary"
"""Calls all the time: whether it does says nothing about the lab being at rest."""
REST_S = 90.0
"""So long a lab may take to drain what a run has left in its queues."""


class NotAtRestError(SetupError):
    """What a run has left in the lab's queues did not drain: the next one would begin in it."""


class DiedError(SetupError):
    """A part of the lab has ended by itself: it is not the lab any more that was calibrated."""


@dataclass(slots=True)
class Series:
    """A living lab on which runs are made. ``asked`` is what it was brought up for.

    ``replayed``: what every run's journal says at its beginning, because it happened before all of them.
    """

    asked: Request
    host: Session
    replayed: list[Event]

    async def run(
        self, drill: Drill, folder: RunFolder, timeline: Timeline, listener: Callable[[Event], None]
    ) -> Result:
        """Run a drill and judge it. One that was not steady or was aborted is a result as well.

        Raises:
            NotAtRestError: the lab did not drain after the run before.
            DiedError: a service died since the lab was brought up.
            ChaosError: something could not be applied, or not be undone: the lab can't be used any more.
        """
        await self._rest()
        request = replace(self.asked, drill=drill)
        save_environment(request, folder)
        ending = RunOutcome()
        with JournalWriter(folder.journal) as journal:
            journal.listen(timeline.feed)
            journal.listen(listener)
            journal.write(opened(request, folder, self.host.runtime))
            for event in self.replayed:
                journal.write(event)
            cell = Cell(self.host, drill, journal, timeline)
            leave = self.host.journal.listen(cell.forward)
            try:
                await self._drive(cell, drill, ending)
            finally:
                leave()
                journal.write(ending.closed())
        return await asyncio.to_thread(judge_folder, folder)

    async def _drive(self, cell: Cell, drill: Drill, ending: RunOutcome) -> None:
        """The run itself; whatever ends it, what it applied is undone before this returns."""
        try:
            await _sampled_twice(cell)
            await _configured(cell)
            await run_unless_aborted(cell, drill)
        except (NotSteady, Aborted) as early:
            ending.record(early)
        except BaseException as error:
            ending.record(error)
            raise
        else:
            ending.outcome, ending.reason = "completed", "all phases ran"
        finally:
            with suppress(ControlError):
                await cell.stop_load()
            ending.rollback_failed = await cell.roll_back()
        if ending.rollback_failed:
            raise ChaosError(f"not rolled back: {', '.join(ending.rollback_failed)}")

    async def _rest(self) -> None:
        """Wait until nothing of an earlier run is left: no request in flight, none in the bridge's queue."""
        lab = self.host.timeline
        try:
            await wait_until(
                lambda: at_rest(lab) or deaths(lab), REST_S, "the lab to be at rest", every_s=0.2
            )
        except WaitTimeoutError as late:
            raise NotAtRestError(f"{late}; the run before has left work in its queues") from late
        if dead := deaths(lab):
            raise DiedError(f"{', '.join(dead)}: no further run can be made on this lab; begin again")


async def _sampled_twice(cell: Cell) -> None:
    """A second's figures are differences of cumulative counters: the first one needs a sample before it."""
    seen = 0
    async for _ in cell.seconds():
        seen += 1
        if seen == 2:  # noqa: PLR2004  said above
            return


async def _configured(cell: Cell) -> None:
    """Apply the drill's configuration; a service that does not take it ends this run, not the series."""
    try:
        await cell.configure()
    except RefusedError as refused:
        raise Aborted(str(refused)) from refused


async def run_unless_aborted(cell: Cell, drill: Drill) -> None:
    """Run a drill under the watch of its ``abort-if``.

    Raises:
        NotSteady: the steady state was not met.
        Aborted: a condition was met, or a step could not be applied: a bridge that its clients have saturated before
            anything was done to it does not answer its control port in time. That is a result of this run; the lab
            goes on if all can be undone.
    """
    try:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(watch_aborts(cell, drill))
            await run_drill(cell, drill)
            watching.cancel()
    except* (NotSteady, Aborted) as ended:
        raise ended.exceptions[0] from None
    except* RefusedError as refused:
        raise Aborted(str(refused.exceptions[0])) from refused.exceptions[0]


def at_rest(timeline: Timeline) -> bool:
    """Whether nobody waits for anything, by the newest samples of load, bridge and services."""
    if not timeline.loads or not timeline.bridges:
        return False
    newest = [samples[-1] for samples in timeline.services.values() if samples]
    waiting = [timeline.loads[-1].in_flight, timeline.bridges[-1].accept_queue or 0]
    waiting += [sample.queue_depth or 0 for sample in newest]
    clients = [sample for sample in newest if sample.service != CANARY]
    waiting += [(one.attempts_in_flight or 0) + (one.calls_in_flight or 0) for one in clients]
    return not any(waiting)


@asynccontextmanager
async def open_series(request: Request, folder: RunFolder, stop: Stop, listener: Callable[[Event], None],
                      timeline: Timeline) -> AsyncIterator[Series]:  # fmt: skip
    """A living lab for runs of drills that differ from ``request.drill`` in everything but the bridge.

    Raises:
        SetupError: it could not be brought up.
    """
    replayed: list[Event] = []

    def tell(event: Event) -> None:
        if isinstance(event, CalibrationMeasured | ServiceChanged):
            replayed.append(event)
        listener(event)

    reserve = any(drill.reserve for drill in request.drills)
    bare = {"configuration": {}, "abort_if": (), "reserve": reserve}
    host = replace(request, drill=request.drill.model_copy(update=bare))
    save_environment(host, folder)
    async with open_session(host, folder, timeline, stop, tell) as session:
        yield Series(request, session, replayed)
