"""Stop, continue, kill and start again: a local process by pid and start time, a container by its id."""

import signal
from typing import ClassVar, Literal, assert_never

from docker import DockerClient

from chaos.actions.action import BaseAction, Rank, Reading
from chaos.engine import with_engine
from chaos.errors import RefusedError, TargetGoneError
from chaos.mark import VARIABLE
from chaos.process.identity import family, send_to_family, state
from chaos.process.spawn import read_record, read_spec, spawn, start_governor
from chaos.target_resolver import Container, Handle, Process

Signal = Literal["stop", "cont", "kill"]
NUMBERS = {"stop": signal.SIGSTOP, "cont": signal.SIGCONT, "kill": signal.SIGKILL}
PARTLY = "partly paused"
"""Of several processes that play a service, some are stopped and some are not."""
ALIVE = {"running", "paused", PARTLY}


class _OfService(BaseAction):
    """``handle`` is the process or container."""

    rank: ClassVar[Rank] = Rank.LIFE
    handle: Handle

    def outlives_boot(self) -> bool:
        """A container keeps its id."""
        return isinstance(self.handle, Container)

    async def read(self) -> Reading:
        """``{"state": "running" | "paused" | "partly paused" | "gone", ...}``."""
        if isinstance(self.handle, Process):
            return _read_process(self.handle)
        return await self._read_container(self.handle)

    async def _read_container(self, container: Container) -> Reading:
        def status(engine: DockerClient) -> str:
            return str(engine.containers.get(container.id).status)

        try:
            found = await with_engine(status, self.deadline_s, f"state of {container.service}")
        except TargetGoneError:
            found = "removed"
        return {"state": found if found in ALIVE else "gone", "engine": found}


def _read_process(process: Process) -> Reading:
    """The process that the record names now, which is another one after a restart."""
    record = read_record(process.record)
    if record is None or not record.alive:
        return {"state": "gone"}
    states = {state(pid) for pid in family(record.pid)} - {None}
    stopped = states & {"T", "t"}
    said = "running" if not stopped else "paused" if stopped == states else PARTLY
    return {"state": said, "pid": record.pid}


class SendSignal(_OfService):
    """Stop (pause), continue (unpause) or kill. A pid that is another process's by now is never hit."""

    do: Literal["signal"] = "signal"
    signal: Signal

    async def apply(self) -> None:
        """Send it."""
        if await self.is_active():
            return
        if isinstance(self.handle, Process):
            self._to_process(self.handle)
        else:
            await self._to_container(self.handle)

    def _to_process(self, process: Process) -> None:
        if not send_to_family(process.pid, process.started_ticks, NUMBERS[self.signal]):
            raise TargetGoneError(f"{process.service}: process {process.pid} is gone")

    async def _to_container(self, container: Container) -> None:
        def change(engine: DockerClient) -> None:
            there = engine.containers.get(container.id)
            {"stop": there.pause, "cont": there.unpause, "kill": there.kill}[self.signal]()

        await with_engine(change, self.deadline_s, f"{self.signal} {container.service}")

    def shows(self, reading: Reading) -> bool:
        """Stopped, running, or gone, as asked."""
        match self.signal:
            case "stop":
                return bool(reading["state"] == "paused")
            case "cont":
                return reading["state"] not in {"paused", PARTLY}
            case "kill":
                return bool(reading["state"] == "gone")
            case _:
                assert_never(self.signal)

    async def inverse(self) -> BaseAction:
        """Continue what runs now, start what would be killed."""
        now = (await self.read())["state"]
        if now == "gone":
            raise TargetGoneError(f"{self.handle.service} does not run: nothing to {self.signal}")
        if self.signal == "kill":
            return Start(handle=self.handle)
        return self.model_copy(update={"signal": "stop" if now == "paused" else "cont"})


class Start(_OfService):
    """Start again what was killed: from its spec file, or by the engine. Runs already: nothing to do."""

    do: Literal["start"] = "start"
    rebuilds_listener: ClassVar[bool] = True
    deadline_s: float = 10.0

    async def apply(self) -> None:
        """Start it, and its CPU governor with the share that was active."""
        if await self.is_active():
            return
        if isinstance(self.handle, Process):
            _start_process(self.handle)
        else:
            await self._start_container(self.handle)

    async def _start_container(self, container: Container) -> None:
        def start(engine: DockerClient) -> None:
            engine.containers.get(container.id).start()

        await with_engine(start, self.deadline_s, f"start {container.service}")

    def shows(self, reading: Reading) -> bool:
        """It is there (a stopped process is there, too)."""
        return bool(reading["state"] in ALIVE)

    async def inverse(self) -> BaseAction:
        """Kill it; that it was not there is the only state to lead back to."""
        if await self.is_active():
            raise RefusedError(f"{self.handle.service} runs already")
        return SendSignal(handle=self.handle, signal="kill")


def _start_process(process: Process) -> None:
    spec = read_spec(process.spec)
    record = spawn(spec, process.record)
    if process.governor is not None:
        start_governor(record, process.governor, spec.env.get(VARIABLE, ""))
