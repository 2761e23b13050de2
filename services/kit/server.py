"""Runs a process: the two ports of each role that it plays, on one uvloop, until SIGTERM or SIGINT.

With PROCESSES=2 and more, so many workers play the role together (`workers`).
"""

import asyncio
import gc
import resource
import signal
import socket
import sys
import uuid
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Self

import uvloop
from aiohttp import web

from services.kit import structured_logs as logs
from services.kit.call_log import EachSecond
from services.kit.control import Control
from services.kit.controlled import OneProcess
from services.kit.data_port import DataPort
from services.kit.env import BadEnvironmentError, BindAddresses, Environment, process_environment, processes
from services.kit.live_settings import Live, SettingsError, from_environment
from services.kit.loop_lag import LoopLag
from services.kit.role import Role
from services.kit.worker_calls import Answering
from services.kit.workers import WorkerEnd, Workers

_BAD_USAGE = 3


@dataclass(frozen=True)
class PlayedRole:
    """A role as its process plays it: what it is, where it listens, its settings."""

    kind: type[Role[Any]]
    place: BindAddresses
    live: Live[Any]

    @classmethod
    def from_environment(cls, kind: type[Role[Any]], environment: Environment) -> Self:
        """What the environment says.

        Raises:
            BadEnvironmentError, SettingsError: something in it is wrong.
        """
        place = BindAddresses.from_environment(kind.name, environment)
        return cls(kind, place, Live(from_environment(kind.settings, environment), environment))


def run(kind: type[Role[Any]]) -> None:
    """Run a role as this process, until a signal stops it."""
    run_roles(kind.name, lambda: [PlayedRole.from_environment(kind, process_environment())])


def run_roles(name: str, played: Callable[[], Sequence[PlayedRole]]) -> None:
    """Run one role or several as this process, until a signal stops it.

    Args:
        name: The process's, where SERVICE doesn't say another.
        played: Reads them from the environment; what is wrong there ends the process.
    """
    _raise_file_limit()
    try:
        logs.configure(process_environment().get("SERVICE", name))
        roles = played()
        several = processes(process_environment())
        calm_collector()
        if several > 1:
            sys.exit(_run_workers(_only(roles), several))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(roles))
    except (BadEnvironmentError, SettingsError, OSError) as error:
        sys.stderr.write(f"{name}: {error}\n")
        sys.exit(_BAD_USAGE)


async def _serve(played: Sequence[PlayedRole]) -> None:
    stop = _stop_signal()
    async with ServiceProcess(played):
        await stop.wait()


def _stop_signal() -> asyncio.Event:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def _only(played: Sequence[PlayedRole]) -> PlayedRole:
    """The role that several processes are to play."""
    if len(played) > 1:
        raise BadEnvironmentError("PROCESSES: roles that share a process are played by one")
    (one,) = played
    why = one.kind.why_alone
    if one.kind.controls is not Role.controls:
        why = "its control port has calls that one process answers"
    if why:
        raise BadEnvironmentError(f"PROCESSES: one process plays {one.kind.name}: {why}")
    return one


def _run_workers(played: PlayedRole, several: int) -> int:
    """Run the workers, until a signal stops them or one ends; the exit code."""
    workers = Workers(played.place, several, lambda end: _run_worker(played, end))

    async def serve() -> int:
        return await workers.serve(_stop_signal())

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(serve())


def _run_worker(played: PlayedRole, end: WorkerEnd) -> None:
    """Be a worker, until the first process says that it is over."""
    service = played.place.service
    logs.configure(service, end.part.index + 1)

    async def serve() -> None:
        async with ServiceProcess([played], end.listener) as process:
            await Answering(process.services[0].controlled).until_asked_to_end(end.calls)

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve())
    except (BadEnvironmentError, SettingsError, OSError) as error:
        sys.stderr.write(f"{service}: {error}\n")
        sys.exit(_BAD_USAGE)


class ServiceProcess:
    """The roles of a process with their ports open, as an async context manager.

        process   boot, loop lag, CPU, errors of the event loop     alike for each of its roles
        role      data port, control port, counters, settings       its own

    All data ports are open before the first control port is, and the first role's control port is the last to open: who
    finds that one healthy finds everything there.

    A worker has the `listener` that all workers have instead of a data port of its own, and no control port.
    """

    def __init__(self, played: Sequence[PlayedRole], listener: socket.socket | None = None) -> None:
        self._listener = listener
        self._lag = LoopLag()
        self.boot = uuid.uuid4().hex
        self.services = tuple(Service(one, self._lag, self.boot, listener) for one in played)

    async def __aenter__(self) -> Self:
        asyncio.get_running_loop().set_exception_handler(self._count_error)
        self._lag.start()
        for service in self.services:
            await service.begin()
        for service in reversed(self.services) if self._listener is None else ():
            await service.open_control()
        return self

    async def __aexit__(self, *_: object) -> None:
        async with AsyncExitStack() as ends:
            ends.callback(self._lag.stop)
            for service in self.services:
                ends.push_async_callback(service.end)

    def _count_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is not None:
            for service in self.services:
                service.role.counters.error(error)
        loop.default_exception_handler(context)


class Service:
    """A role with its two ports; in a worker it has no control port."""

    control: web.AppRunner

    def __init__(
        self, played: PlayedRole, lag: LoopLag, boot: str, listener: socket.socket | None = None
    ) -> None:
        self._place = played.place
        self._listener = listener
        self.boot = boot
        self.role = played.kind(played.place, played.live)
        self.data = DataPort(self.role)
        self.controlled = OneProcess(self.role, self.data, lag, boot)

    async def begin(self) -> None:
        """Open the data port."""
        await self.role.start()
        await self.data.open(self._listener)
        self._seconds = EachSecond(self.role.call_logs())
        self._seconds.start()

    async def open_control(self) -> None:
        """Open the control port."""
        control = Control(self._place, self.boot, self.controlled, self.role.controls())
        self.control = web.AppRunner(control.app(), access_log=None, shutdown_timeout=1.0)
        await self.control.setup()
        await web.TCPSite(self.control, *self._place.control).start()

    async def end(self) -> None:
        """Close both."""
        await self.data.close()
        await self.role.stop()
        self._seconds.stop()
        if hasattr(self, "control"):
            await self.control.cleanup()


def calm_collector() -> None:
    """Let the garbage collector run rarely, over what is young only.

    With its defaults (700, 10, 10) it stops the loop for up to 60 ms at 800 attempts/s: with hundreds of requests in
    flight there is much to walk and nothing to find. What is due meanwhile starts at once afterwards: a burst that
    the instrument made, not the storm.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 50)


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
