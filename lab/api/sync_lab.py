"""A living lab to play with: faults, mitigations, policies, drills, figures."""

import atexit
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from lab import aio
from lab.aio.async_lab import over
from lab.api.loop_thread import LoopThread
from lab.campaign.asked import asked
from lab.drillfile import Drill
from lab.journal.events import Event
from lab.runs.folder import RunFolder
from lab.session import Result, Unreachable
from lab.session.lab_figures import LabFigures

T = TypeVar("T")


def open_lab(  # noqa: PLR0913  what a caller can ask for
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

    A program that ends without either takes the lab down; one that is killed leaves that to the lab's watchdog.

    Args:
        drill: rate, headroom, queue and configuration are this drill's; see :func:`lab.run` for the rest.
        runtime: ``compose``, ``embedded`` or ``auto``.
        seed: of the arrivals; None: the drill's.
        rate: requests/s; None: the drill's.
        monitoring: how the shared monitoring plane sees main; None: as the drill says.
        out: a new folder for the lab's journal; None: one in ``LAB_HOME``, or in ``./.lab``.
        on_event: gets each line of the lab's journal, in its thread. What it raises ends only the listening.

    Raises:
        DrillError: there is no such drill, or it or a parameter is wrong.
        SetupError: it could not be brought up.
        RunFolderError: the folder can't be written.
        KeyboardInterrupt: Ctrl-C; what had been started is down by then.
    """
    request = asked(drill, runtime=runtime, seed=seed, rate=rate, monitoring=monitoring, out=out)
    return Lab(aio.Lab(request), on_event)


class Lab:
    """A living lab. Everything that is applied is read back, journaled, and undone at the end.

    Attributes:
        folder: its run folder.
        runtime: compose or embedded.
    """

    def __init__(self, lab: aio.Lab, on_event: Callable[[Event], None] | None = None) -> None:
        self._lab = lab
        self._closed: Result | None = None
        self._thread = LoopThread()
        try:
            self._call(lab.open(on_event))
        except BaseException:
            self._thread.close()
            raise
        atexit.register(self.close)

    @property
    def folder(self) -> RunFolder:
        """Its run folder."""
        return self._lab.folder

    @property
    def runtime(self) -> str:
        """Compose or embedded."""
        return self._lab.runtime

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def fault(self, name: str, target: str | None = None, /, **parameters: object) -> str:
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
        return self._call(self._lab.fault(name, target, **parameters))

    def mitigate(self, name: str, target: str | None = None, /, **parameters: object) -> str:
        """Apply a mitigation (``lab mitigations`` lists them) and read it back; as :meth:`fault`."""
        return self._call(self._lab.mitigate(name, target, **parameters))

    def automate(self, name: str, target: str | None = None, /, **parameters: object) -> str:
        """Have a role begin an automation (``lab automations`` lists them); undoing stops it. As :meth:`fault`."""
        return self._call(self._lab.automate(name, target, **parameters))

    def set_policy(self, service: str, policy: str) -> str:
        """Switch a service's retry policy, like ``budget + breaker``, or a YAML file; as :meth:`fault`."""
        return self._call(self._lab.set_policy(service, policy))

    def undo(self, action: str) -> None:
        """Undo what was applied, by its id, and read that back.

        Raises:
            UnknownActionError: no such action; the message has those that are active.
            RollbackFailedError: it could not be undone.
            Unreachable: the lab is over, or a drill runs on it.
        """
        self._call(self._lab.undo(action))

    def clear(self) -> list[str]:
        """Undo everything that was applied, newest first; the ids. The lab's own settings stay."""
        return self._call(self._lab.clear())

    def run(
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
        return self._call(self._lab.run(drill, seed=seed, rate=rate, out=out, on_event=on_event))

    def note(self, text: str, by: str = "library") -> None:
        """Write down, beside the figures, what people saw or decided."""
        self._call(self._lab.note(text, by))

    def events(self, after: int = -1, *, follow: bool = False) -> Iterator[Event]:
        """The lines of the lab's journal whose ``seq`` is above ``after``, oldest first.

        With ``follow`` also what is to come, until the lab is over; whoever leaves off goes on with ``after`` the last
        ``seq`` that they got.
        """
        lines = self._lab.events(after, follow=follow)
        while (event := self._call(_next(lines))) is not None:
            yield event

    def figures(self) -> LabFigures:
        """What is happening, of the last whole seconds; None is what was not measured.

        Raises:
            Unreachable: the lab is over.
        """
        return self._call(self._lab.figures())

    def abort(self, reason: str = "") -> None:
        """End what runs and the lab with it; everything is rolled back when this returns. Idempotent."""
        self._call(self._lab.abort(reason))

    def close(self) -> Result:
        """Roll back, take the lab down and judge what was recorded. Idempotent.

        Raises:
            ChaosError, SetupError: something could not be undone or taken down; `lab recover` tries again.
        """
        if self._closed is None:
            atexit.unregister(self.close)
            try:
                self._closed = self._call(self._lab.close())
            finally:
                self._thread.close()
        return self._closed

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        if self._thread.closed:
            work.close()
            raise Unreachable(over(self.folder))
        return self._thread.call(work, self._lab.interrupt)


async def _next(lines: AsyncIterator[Event]) -> Event | None:
    return await anext(lines, None)
