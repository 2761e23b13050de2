"""A living lab to play with, awaited: faults, mitigations, policies, drills, figures."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from lab.aio.recorded import recorded
from lab.campaign import Aborting, Stops
from lab.campaign.asked import asked, one_run
from lab.drillfile import Drill, Step, fault_of, policy_text, read_step
from lab.journal.events import Event
from lab.runner import AbortedByUser, Interrupted
from lab.runs.folder import RunFolder, write_request
from lab.session import (
    Host,
    Permission,
    Request,
    Result,
    Unreachable,
    create_run_folder,
    judge_run,
    known_services,
    open_host,
)
from lab.session.lab_figures import LabFigures
from lab.session.status import figures
from lab.session.watch import uninterrupted
from lab.topology import Roles

T = TypeVar("T")
BY = "library"


async def open_lab(  # noqa: PLR0913  what a caller can ask for
    drill: str | Path | Drill = "retry-storm",
    *,
    runtime: str = "auto",
    seed: int | None = None,
    rate: float | None = None,
    monitoring: str | None = None,
    out: str | Path | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> "Lab":
    """Bring a lab up, calibrate it and start its load; it lives until :meth:`Lab.close`, or its context is left.

    Args:
        drill: rate, headroom, queue and configuration are this drill's; see :func:`lab.aio.run` for the rest.
        runtime: ``compose``, ``embedded`` or ``auto``.
        seed: of the arrivals; None: the drill's.
        rate: requests/s; None: the drill's.
        monitoring: how the shared monitoring plane sees main; None: as the drill says.
        out: a new folder for the lab's journal; None: one in ``LAB_HOME``, or in ``./.lab``.
        on_event: gets each line of the lab's journal, in its loop. What it raises ends only the listening.

    Raises:
        DrillError: there is no such drill, or it or a parameter is wrong.
        SetupError: it could not be brought up.
        RunFolderError: the folder can't be written.
    """
    asked_for = asked(drill, runtime=runtime, seed=seed, rate=rate, monitoring=monitoring, out=out)
    lab = Lab(asked_for)
    await lab.open(on_event)
    return lab


class Lab:
    """A living lab. Everything that is applied is read back, journaled, and undone at the end.

    Attributes:
        folder: its run folder.
        runtime: compose or embedded.
    """

    def __init__(self, request: Request) -> None:
        self._request = replace(request, purpose="interactive")
        self.folder: RunFolder = create_run_folder(request.home, "interactive", request.out)
        write_request(self.folder, request.drill.resolved(), request.runtime)  # as `lab up` does
        self.runtime = request.runtime
        self._stops: Aborting = Aborting()
        self._host: Host | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._busy: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self, on_event: Callable[[Event], None] | None = None) -> None:
        """Bring it up; :func:`open_lab` has done so.

        Raises:
            SetupError: it could not be.
        """
        up = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep(up, self._stops, on_event))
        waiting = asyncio.create_task(up.wait())
        try:
            await asyncio.wait({self._keeper, waiting}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._stops.ask()
            await uninterrupted(self._gone())
            raise
        finally:
            waiting.cancel()
        if self._host is None:
            self._keeper.result()

    async def _keep(self, up: asyncio.Event, stops: Stops, on_event: Callable[[Event], None] | None) -> None:
        """Own the lab from its first line to its last; what is under way on it ends before it is taken down."""
        with stops() as stop:
            async with open_host(self._request, self.folder, stop, on_event) as host:
                self._host = host
                up.set()
                try:
                    await host.until_down()
                finally:
                    await uninterrupted(self._settled())

    async def fault(self, name: str, target: str | None = None, /, **parameters: object) -> str:
        """Apply a fault (``lab faults`` lists them) and read it back.

        Args:
            name: like ``latency``.
            target: the service; None: the fault's own, or the bridge.
            parameters: as in a drill file, with units: ``latency="3000 ms"``.

        Returns:
            The id to undo it by.

        Raises:
            DrillError: unknown fault, parameter or unit; the nearest is offered.
            ChaosError: it could not be applied; nothing of it is active, or the journal says what is.
            Unreachable: the lab is over, or a drill runs on it.
        """
        roles = self._roles()
        kind, where = fault_of(name, target, roles)
        return await self._apply(read_step(kind, name, where, _texts(parameters), roles))

    async def mitigate(self, name: str, target: str | None = None, /, **parameters: object) -> str:
        """Apply a mitigation (``lab mitigations`` lists them) and read it back; as :meth:`fault`."""
        return await self._apply(read_step("mitigation", name, target, _texts(parameters), self._roles()))

    async def automate(self, name: str, target: str | None = None, /, **parameters: object) -> str:
        """Have a role begin an automation (``lab automations`` lists them); undoing stops it. As :meth:`fault`."""
        return await self._apply(read_step("automation", name, target, _texts(parameters), self._roles()))

    async def set_policy(self, service: str, policy: str) -> str:
        """Switch a service's retry policy, like ``budget + breaker``, or a YAML file; as :meth:`fault`."""
        return await self.mitigate("policy", service, policy=policy_text(policy))

    async def undo(self, action: str) -> None:
        """Undo what was applied, by its id, and read that back.

        Raises:
            UnknownActionError: no such action; the message has those that are active.
            RollbackFailedError: it could not be undone.
            Unreachable: the lab is over, or a drill runs on it.
        """
        await self._do(self._changeable().changes.undo(action, by=BY))

    async def clear(self) -> list[str]:
        """Undo everything that was applied, newest first; the ids. The lab's own settings stay.

        Raises:
            RollbackFailedError: some could not be; the others are undone.
            Unreachable: the lab is over, or a drill runs on it.
        """
        return await self._do(self._changeable().changes.clear(by=BY))

    async def run(
        self,
        drill: str | Path | Drill,
        *,
        seed: int | None = None,
        rate: float | None = None,
        out: str | Path | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> Result:
        """Run a drill to its verdict on this lab; what was applied before is undone first, the load begins anew after.

        Raises:
            DrillError: there is no such drill, or it or a parameter is wrong.
            OtherLabError: the drill needs another lab: another device, planes or runtime.
            Unreachable: the lab is over, or a drill runs on it.
        """
        host = self._changeable()
        wanted = one_run(asked(drill, runtime=self.runtime, seed=seed, rate=rate, out=out))
        host.require(wanted.drill)
        folder = create_run_folder(wanted.home, wanted.drill.name, wanted.out)
        result = await self._do(host.run(wanted.drill, folder, on_event))
        return await asyncio.to_thread(judge_run, result.folder)

    async def note(self, text: str, by: str = BY) -> None:
        """Write down, beside the figures, what people saw or decided."""
        self._living().note(by, "person", "note", text)

    async def events(self, after: int = -1, *, follow: bool = False) -> AsyncIterator[Event]:
        """The lines of the lab's journal whose ``seq`` is above ``after``, oldest first.

        With ``follow`` also what is to come, until the lab is over; whoever leaves off goes on with ``after`` the last
        ``seq`` that they got. Reading slowly changes nothing of the measurement.
        """
        async with aclosing(recorded(self.folder, self._host, after, follow=follow)) as lines:
            async for event in lines:
                yield event

    async def figures(self) -> LabFigures:
        """What is happening, of the last whole seconds; None is what was not measured.

        Raises:
            Unreachable: the lab is over.
        """
        return figures(self._living())

    async def abort(self, reason: str = "") -> None:
        """End what runs and the lab with it; everything is rolled back when this returns. Idempotent."""
        if self._host is not None and not self._over:
            self._host.abort(reason)
        await uninterrupted(self._gone())

    async def close(self) -> Result:
        """Roll back, take the lab down and judge what was recorded. Idempotent.

        Raises:
            ChaosError, SetupError: something could not be undone or taken down; `lab recover` tries again.
        """
        if self._host is not None and not self._over:
            self._host.down.set()
        await uninterrupted(self._gone())
        return await asyncio.to_thread(judge_run, self.folder)

    def interrupt(self) -> None:
        """As :meth:`abort`, without waiting: as a signal asks for it. To be called in the lab's loop."""
        self._stops.ask()

    @property
    def _over(self) -> bool:
        return self._keeper is None or self._keeper.done()

    async def _gone(self) -> None:
        if self._keeper is not None:
            with suppress(AbortedByUser, Interrupted):
                await self._keeper

    async def _settled(self) -> None:
        while self._busy:
            await asyncio.wait(self._busy)

    def _living(self) -> Host:
        if self._host is None or self._over or self._host.stop.ending:
            raise Unreachable(over(self.folder))
        return self._host

    def _changeable(self) -> Host:
        host = self._living()
        if Permission.CHANGE not in host.permissions:
            raise Unreachable(f"a drill runs here ({host.folder.name}); `lab abort` ends it")
        return host

    def _roles(self) -> Roles:
        """What may be named: what this lab's topology has."""
        host = self._changeable()
        return known_services() if host.topology is None else host.topology.roles

    async def _apply(self, step: Step) -> str:
        return await self._do(self._changeable().changes.apply(step, by=BY))

    async def _do(self, work: Coroutine[Any, Any, T]) -> T:
        """Work on the lab that goes to its end though the caller is cancelled: half an action is none."""
        task = asyncio.create_task(work)
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        return await uninterrupted(_of(task))


def over(folder: RunFolder) -> str:
    """What is said of a lab that is down."""
    return f"the lab {folder.name} is over: what it did is in {folder.path}"


async def _of(task: asyncio.Task[T]) -> T:
    return await task


def _texts(parameters: dict[str, object]) -> dict[str, str]:
    """Parameters as they are typed on the command line."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in parameters.items()
    }
