"""A role played by several processes: one data port, one control port, and one end.

                            ┌─ worker 1 ─┐
    first process ── forks ─┤            ├── accept from one listener, whoever has time
      control port          └─ worker 2 ─┘
      └── asks both over a pair of sockets (`worker_calls`), answers as one (`all_workers`)

The listener is one socket that all of them inherit, not one each by SO_REUSEPORT: there is one accept queue, as long as
it was asked for, which the kernel counts as the service's; and a connection is taken by a worker that has time for it.
With a listener each, the kernel would deal connections by a hash: one worker's queue overflows while the other's is
empty, and what waits at a worker that is slow or dead is lost.

A worker that ends, ends the service: the others are killed, as a process's death takes all of it. The kernel kills the
workers of a first process that is gone (PR_SET_PDEATHSIG).
"""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import socket
import sys
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from typing import NoReturn

from aiohttp import web

from services.kit.all_workers import AllWorkers
from services.kit.control import Control
from services.kit.data_port import BACKLOG
from services.kit.env import BindAddresses
from services.kit.part import Part
from services.kit.worker_calls import Worker

GRACE_S = 2.5
"""So long workers may take to end when they are asked to; the lab waits for 3 s."""
_PR_SET_PDEATHSIG = 1
_SIGNALLED = 128
"""A process that a signal ended has, as in a shell, this and the signal's number as its exit code."""


@dataclass(frozen=True, slots=True)
class WorkerEnd:
    """What a worker inherits.

    Args:
        part: Which one it is.
        listener: Where it accepts connections.
        calls: Its end of the pair of sockets by which it is asked.
    """

    part: Part
    listener: socket.socket
    calls: socket.socket


class Workers:
    """The workers of a service, from the first process.

    Args:
        place: Where the service listens.
        processes: How many.
        play: What each of them does, until it is asked to end; called in the worker.
    """

    def __init__(self, place: BindAddresses, processes: int, play: Callable[[WorkerEnd], None]) -> None:
        self._place = place
        self.boot = uuid.uuid4().hex
        self._listener = listen(place.data)
        self._pairs = [socket.socketpair() for _ in range(processes)]
        self.processes = list[ForkProcess]()
        try:
            for index in range(processes):
                self.processes.append(self._fork(Part(index, processes), play))
        except BaseException:
            self._kill()  # they would wait for a first question, and this process for them
            raise
        for _, theirs in self._pairs:
            theirs.close()
        names = [f"{Part(index, processes)} (pid {one.pid})" for index, one in enumerate(self.processes)]
        self._workers = [Worker(name, ours) for name, (ours, _) in zip(names, self._pairs, strict=True)]

    async def serve(self, stop: asyncio.Event) -> int:
        """Answer for the workers until `stop` is set or one of them has ended; the exit code."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def note(process: ForkProcess) -> None:
            loop.remove_reader(process.sentinel)  # it stays readable
            process.join()  # its end is announced a moment before how it ended can be read
            ended.set()

        for process in self.processes:
            loop.add_reader(process.sentinel, note, process)
        for worker in self._workers:
            await worker.open()
        serving = asyncio.create_task(self._serve())
        waits = {serving, asyncio.create_task(stop.wait()), asyncio.create_task(ended.wait())}
        try:
            while not (stop.is_set() or ended.is_set()):
                done, waits = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                if serving in done:
                    serving.result()
            if ended.is_set():
                return self._ended()
            return await self._stop(ended)
        finally:
            for process in self.processes:
                loop.remove_reader(process.sentinel)
            for wait in (*waits, serving):
                wait.cancel()
            self._kill()

    async def _serve(self) -> None:
        """Open the control port when every worker has begun."""
        await asyncio.gather(*(worker.ask("begun", within_s=None) for worker in self._workers))
        address = self._listener.getsockname()[:2]
        everyone = AllWorkers(self._place.service, self.boot, address, self._workers)
        control = Control(self._place, self.boot, everyone, {})
        self.control = web.AppRunner(control.app(), access_log=None, shutdown_timeout=1.0)
        await self.control.setup()
        await web.TCPSite(self.control, *self._place.control).start()

    async def _stop(self, ended: asyncio.Event) -> int:
        """Have the workers end, and wait until they have."""
        for worker in self._workers:
            worker.stop()
        try:
            async with asyncio.timeout(GRACE_S):
                while any(process.is_alive() for process in self.processes):
                    ended.clear()
                    await ended.wait()
        except TimeoutError:
            left = ", ".join(str(process.pid) for process in self.processes if process.is_alive())
            sys.stderr.write(f"{self._place.service}: killed after {GRACE_S:g} s: {left}\n")
        return 0

    def _ended(self) -> int:
        """Say which worker ended, and how; the exit code."""
        for worker, process in zip(self._workers, self.processes, strict=True):
            code = process.exitcode
            if code is not None:
                how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
                sys.stderr.write(f"{self._place.service}: {worker.name} {how}, and the service with it\n")
                return _SIGNALLED - code if code < 0 else code or 1
        raise RuntimeError("no worker has ended")

    def _kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.join()

    def _fork(self, part: Part, play: Callable[[WorkerEnd], None]) -> ForkProcess:
        target = _play(self._pairs, WorkerEnd(part, self._listener, self._pairs[part.index][1]), play)
        process = multiprocessing.get_context("fork").Process(target=target)
        process.start()
        return process


def _play(
    pairs: Sequence[tuple[socket.socket, socket.socket]], end: WorkerEnd, play: Callable[[WorkerEnd], None]
) -> Callable[[], None]:
    first = os.getpid()

    def in_the_worker() -> None:
        _end_with(first)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(
                number, signal.SIG_IGN
            )  # what is sent to all of them ends the first, which ends them
        for ours, theirs in pairs:
            ours.close()
            if theirs is not end.calls:
                theirs.close()
        play(end)

    return in_the_worker


def _end_with(first: int) -> None:
    """Have the kernel kill this process when the first one ends, however that ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != first:  # it ended before it was asked
        _end_now()


def _end_now() -> NoReturn:
    os._exit(1)


def listen(address: tuple[str, int]) -> socket.socket:
    """A listening socket that children inherit.

    Raises:
        OSError: something listens there already, or the address is not this machine's.
    """
    listener = socket.create_server(address, backlog=BACKLOG)
    listener.setblocking(False)  # noqa: FBT003  the socket module's signature
    return listener
