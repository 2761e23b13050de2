"""What can be read from an embedded run without asking its services."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chaos.governor.governed import Governed
from chaos.process.spawn import exit_code, read_record
from lab.runtime.base import LogLine, ServiceReport, ServiceState, Sockets, Usage
from lab.runtime.connections import Connections, open_connections
from lab.runtime.embedded import kernel
from lab.runtime.embedded.device import is_device
from lab.runtime.embedded.governor_watch import GovernorWatch
from lab.runtime.embedded.plan import StartPlan
from lab.runtime.embedded.process_logs import read_lines, tail
from lab.runtime.embedded.targets import LocalPlaces
from lab.runtime.last_cpu import last_cpu
from lab.runtime.listener import UNKNOWN, Listener, local_listener


@dataclass(slots=True)
class LocalReadings(LocalPlaces):
    """The reading half of the runtime."""

    _running: set[str] = field(default_factory=set, init=False)
    _listeners: dict[str, Listener] = field(default_factory=dict, init=False)
    _governors: GovernorWatch = field(default_factory=GovernorWatch, init=False)

    async def usage(self, service: str) -> Usage:
        """CPU by the process's own clock; cap and time held back as its governor says."""
        handle = self.handle(service)
        status = Governed(handle.governor).status() if handle.governor else None
        return Usage(
            cpu_s_total=kernel.cpu_s(handle.pid),
            throttled_s_total=status.throttled_s_total if status else None,
            cpu_share=status.cpu_share if status else None,
            governor_cpu_s_total=status.governor_cpu_s_total if status else None,
            governor=status.state if status else None,
            governor_age_s=status.age_s if status else None,
            cpu=last_cpu(handle.pid),
        )

    def lost_governors(self) -> tuple[str, ...]:
        """Devices that run, and whose governor of this very process has died."""
        governed = ((name, self._governor(name)) for name in self._running if is_device(self._plans[name]))
        return tuple(name for name, folder in governed if self._is_lost(name, Governed(folder)))

    def _is_lost(self, service: str, governed: Governed) -> bool:
        if not self._governors.is_gone(service, governed):
            return False
        record, status = read_record(self._record_file(service)), governed.status()
        return record is not None and status is not None and record.pid == status.target_pid and record.alive

    async def sockets(self, service: str) -> Sockets:
        """The listener of the data port; of a service without one nothing is known, nor where the kernel won't say."""
        try:
            listener = self._listener(service)
            return (await asyncio.to_thread(listener.read) if listener else None) or UNKNOWN
        except OSError:
            return UNKNOWN

    async def overflows_total(self, service: str) -> int | None:
        """As the listener itself counts them."""
        with suppress(OSError):
            if listener := self._listener(service):
                return await asyncio.to_thread(listener.overflows_total)
        return None

    def _listener(self, service: str) -> Listener | None:
        address = self._known(service).addresses_of(service).get("data")
        if address is None:
            return None
        if service not in self._listeners:
            self._listeners[service] = local_listener(address)
        return self._listeners[service]

    def stop_reading(self) -> None:
        """Close what readings have kept open."""
        self._governors.close()
        while self._listeners:
            self._listeners.popitem()[1].close()

    async def connections(self, service: str) -> Connections | None:
        """Those to the service's own address; others listen on the same port of theirs."""
        address = self._known(service).addresses_of(service).get("data")
        if address is None:
            return None
        host, _, port = address.rpartition(":")
        try:
            return open_connections(int(port), host)
        except OSError:
            return None

    def whose(self, address: str) -> str | None:
        """Each service calls from the address it listens at; programs that aren't ours call from 127.0.0.1."""
        return next((name for name, plan in self._plans.items() if plan.host == address), None)

    async def memory_bytes(self) -> dict[str, int]:
        """PSS of each service with its child processes."""
        pids = {name: self.handle(name).pid for name in self._running}
        found = await asyncio.to_thread(lambda: {name: kernel.pss_bytes(pid) for name, pid in pids.items()})
        return {name: size for name, size in found.items() if size is not None}

    async def check_alive(self) -> list[ServiceReport]:
        """Services that ended since the last call. One that a restart brought back is watched again."""
        reports = []
        for name, plan in self._plans.items():
            record = read_record(self._record_file(name))
            if record is None or record.alive == (name in self._running):
                continue
            if record.alive:
                self._running.add(name)
            else:
                self._running.discard(name)
                reports.append(self._report(plan, "exited", exit_code(record.pid)))
        return reports

    def _report(self, plan: StartPlan, state: ServiceState, code: int | None = None) -> ServiceReport:
        ended = state == "exited"
        lines = tail(plan.spec.log) if ended else ()
        return ServiceReport(
            plan.service.name, state, plan.addresses, code, planned=not ended, log_tail=lines
        )

    def logs(self, service: str, *, follow: bool) -> AsyncIterator[LogLine]:
        """What a service wrote, oldest first."""
        return read_lines(service, self._known(service).spec.log, follow=follow)

    async def collect_logs(self, folder: Path) -> None:
        """Copy every log into ``folder``, unless that is where they are written anyway."""
        for name, plan in self._plans.items():
            target = folder / f"{name}.log"
            if plan.spec.log.exists() and target.resolve() != plan.spec.log.resolve():
                await asyncio.to_thread(shutil.copyfile, plan.spec.log, target)
