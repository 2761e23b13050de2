"""The runtime without an engine: each service a local process on a loopback address of its own."""

import asyncio
import resource
import secrets
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from chaos.actions import StopProcesses
from chaos.mark import VARIABLE
from chaos.process.spawn import ProcessRecord
from chaos.target_resolver import Ability
from lab.runtime.base import ServiceReport, SetupError
from lab.runtime.binaries import find_alertmanager, find_prometheus, find_toxiproxy
from lab.runtime.embedded import device, kernel
from lab.runtime.embedded.plan import Planner, Programs, StartPlan, locust, python
from lab.runtime.embedded.readings import LocalReadings
from lab.runtime.embedded.rewrite import addresses
from lab.runtime.embedded.start import Starter
from lab.runtime.slots import Slot
from lab.topology import Topology

PROGRAMS: Programs = {
    "python": python,
    "locust": locust,
    device.TOXIPROXY: find_toxiproxy,
    "prometheus": find_prometheus,
    "alertmanager": find_alertmanager,
}


@dataclass(slots=True)
class Embedded(LocalReadings):
    """A run's services as local processes. Satisfies :class:`lab.runtime.base.Runtime`.

    Args:
        run: the run's name; every process has the run's mark in its environment as ``LAB_RUN``.
        folder: the run folder.
        slot: whose loopback addresses are used; whoever took it gives it back.
        programs: what the first word of a command means here.
    """

    slot: Slot
    programs: Programs = field(default_factory=lambda: PROGRAMS)
    name: str = field(default="embedded", init=False)
    isolation: str = field(default="by configuration", init=False)
    abilities: frozenset[Ability] = field(
        default=frozenset(
            {
                Ability.CPU_CAP,
                Ability.PAUSE,
                Ability.KILL,
                Ability.LISTEN_QUEUE,
                Ability.LIVE_LISTEN_QUEUE,
                Ability.OWN_PYTHON,
            }
        ),
        init=False,
    )

    def variables(self) -> dict[str, str]:
        """The token file and the run's mark; networks mean nothing here."""
        return {"LAB_TOKEN_FILE": str(self.token_file), VARIABLE: self.mark}

    def takedown(self) -> StopProcesses:
        """Stops every process that carries the run's mark, however it was started and by whom."""
        return StopProcesses(run=self.mark)

    async def up(self, topology: Topology, report: Callable[[ServiceReport], None]) -> None:
        """Start every service as soon as what it depends on is there; return when all are healthy.

        Raises:
            SetupError: no Linux, a port taken, a program missing, or a service that did not get healthy.
                What had been started is stopped.
        """
        if sys.platform != "linux":
            remedy = "Use --runtime compose with Docker, or a Linux machine"
            raise SetupError(f"the embedded runtime needs Linux (this is {sys.platform}). {remedy}")
        kernel.require_loopback()
        self._prepare_folder()
        _allow_open_files()
        self._plans = await asyncio.to_thread(self._plan, topology)
        for name, plan in self._plans.items():
            kernel.require_free(name, plan.host, plan.ports)

        async def ready(plan: StartPlan, record: ProcessRecord) -> None:
            await self._fit_device(plan, record)
            self._running.add(plan.service.name)
            report(self._report(plan, "healthy"))

        starter = Starter(
            self._plans, self.folder, lambda plan: report(self._report(plan, "starting")), ready
        )
        try:
            await starter.start()
        except BaseException:
            await self.down()
            raise

    async def restore_listen_queue(self, service: str) -> None:
        """Give a device's new listener its queue again; other services listen as the host has it."""
        plan, handle = self._plans[service], self.handle(service)
        if device.is_device(plan):
            await device.limit_queue(plan, ProcessRecord(pid=handle.pid, started_ticks=handle.started_ticks))

    async def replace_governor(self, service: str) -> None:
        """Start another governor; it takes over the share that lies in the folder, and a process that is stopped.

        Raises:
            ChaosError: it can't be started, or said nothing in time.
        """
        handle = self.handle(service)
        record = ProcessRecord(pid=handle.pid, started_ticks=handle.started_ticks)
        await device.govern_again(record, self._governor(service), self.mark)

    async def down(self) -> None:
        """Stop every process of this run, wait until it is gone, and remove its volumes. Idempotent."""
        self._running.clear()
        await self.takedown().apply()
        self.stop_reading()
        await asyncio.to_thread(shutil.rmtree, self.folder / "volumes", ignore_errors=True)

    async def guests(self) -> tuple[str, ...]:
        """There are no networks to be on."""
        return ()

    def _prepare_folder(self) -> None:
        for sub in ("logs", "files", "processes", "specs", "governor"):
            (self.folder / sub).mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.token_file.exists():
            self.token_file.touch(mode=0o600)
            self.token_file.write_text(secrets.token_urlsafe(32), encoding="ascii")

    def _plan(self, topology: Topology) -> dict[str, StartPlan]:
        """Addresses are dealt over all services, also of inactive profiles: they don't shift by profile."""
        hosts = addresses(((name, s.names) for name, s in topology.services.items()), self.slot.loopback)
        planner = Planner(self.mark, self.folder, hosts, self.programs)
        enabled = topology.enabled()
        return {name: planner.plan(enabled[name]) for name in topology.start_order()}

    async def _fit_device(self, plan: StartPlan, record: ProcessRecord) -> None:
        if device.is_device(plan):
            await device.govern(record, self._governor(plan.service.name), self.mark)
            if not await device.limit_queue(plan, record):
                self.abilities -= {Ability.LISTEN_QUEUE, Ability.LIVE_LISTEN_QUEUE}


def _allow_open_files() -> None:
    """Raise the soft limit to the hard one for all that is started: a storm is thousands of connections."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
