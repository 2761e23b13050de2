"""What can be read from a Compose run without asking its services."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from chaos.errors import ChaosError
from lab.cgroups import PROC
from lab.runtime.base import LogLine, ServiceReport, ServiceState, Sockets, Usage
from lab.runtime.compose import container_logs
from lab.runtime.compose.engine import ContainerSeen, EngineWatch, inspect, killed_for_memory
from lab.runtime.compose.inside import Inside, open_connections_of, open_inside
from lab.runtime.compose.stats import NOTHING
from lab.runtime.compose.targets import ContainerPlaces
from lab.runtime.connections import Connections
from lab.runtime.listener import UNKNOWN
from lab.topology import spec_of


@dataclass(slots=True)
class ContainerReadings(ContainerPlaces):
    """The reading half of the runtime. ``proc`` is where the kernel shows processes."""

    proc: Path = field(default=PROC, init=False)
    _watch: EngineWatch = field(init=False)
    _running: set[str] = field(default_factory=set, init=False)
    _insides: dict[str, Inside] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        ContainerPlaces.__post_init__(self)
        self._watch = EngineWatch(self.project)

    async def usage(self, service: str) -> Usage:
        """CPU used, time held back and the cap, as the kernel has them; None: it doesn't run."""
        if inside := await self._inside(service):
            try:
                return await inside.usage()
            except OSError:
                self._forget(service)
        return NOTHING

    async def sockets(self, service: str) -> Sockets:
        """The listener of the data port in its own network namespace.

        Where that needs root: None, but for the queue, which is then the engine's word (it starts no container
        whose somaxconn it can't set).
        """
        if inside := await self._inside(service):
            try:
                found = await inside.sockets()
                return found if self._counts(service) else replace(found, listen_overflows_total=None)
            except OSError:
                self._forget(self._known(service).service)
        return UNKNOWN

    async def overflows_total(self, service: str) -> int | None:
        """As the container's namespace counts them; None where that needs root."""
        if self._counts(service) and (inside := await self._inside(service)):
            try:
                return await inside.overflows_total()
            except OSError:
                self._forget(self._known(service).service)
        return None

    def _counts(self, name: str) -> bool:
        """The kernel counts full queues of all of a container's listeners together: its first role has them."""
        first, *_ = self._services[self._known(name).service].roles
        return name == first

    async def connections(self, service: str) -> Connections | None:
        """Those in the service's own network namespace; None where that needs root."""
        spec = spec_of(service, self._services)
        port = spec.ports_of(service).get("data") if spec else None
        return await open_connections_of(self.handle(spec.name), port, self.proc) if spec and port else None

    def whose(self, address: str) -> str | None:
        """By the addresses that the engine gave, as last listed."""
        return next((name for name, seen in self._seen.items() if address in seen.hosts), None)

    async def memory_bytes(self) -> dict[str, int]:
        """The working set of each service's control group."""
        services = sorted(self._running)
        sizes = await asyncio.gather(*map(self._memory_bytes, services))
        return {name: size for name, size in zip(services, sizes, strict=True) if size is not None}

    async def _memory_bytes(self, service: str) -> int | None:
        if inside := await self._inside(service):
            try:
                return await inside.memory_bytes()
            except OSError:
                self._forget(service)
        return None

    async def check_alive(self) -> list[ServiceReport]:
        """Services that ended since the last call. One that was started again is watched again.

        An engine that doesn't answer says nothing about the services: no report then.
        """
        try:
            seen = await self._watch.look()
        except ChaosError:
            return []
        ended = []
        for service in self._services:
            if self._learn(service, seen):
                continue
            if service in self._running:
                self._running.discard(service)
                self._forget(service)
                ended.append(service)
        return list(await asyncio.gather(*map(self._ended, ended)))

    async def restore_listen_queue(self, service: str) -> None:
        """Learn a restarted container's new host ports; its kernel gives every listener the queue by itself."""
        with suppress(ChaosError):
            self._learn(service, await self._watch.look())

    def _learn(self, service: str, seen: Mapping[str, ContainerSeen]) -> bool:
        """Remember what is new about a service; whether it is alive."""
        now = seen.get(service)
        if now is None or not now.alive:
            return False
        if service not in self._running:
            self._forget(service)
            self._running.add(service)
        self._seen[service] = now
        return True

    async def _ended(self, service: str) -> ServiceReport:
        """How a container ended, and its last lines."""
        container = self._known(service).id
        try:
            state = (await inspect(container))["State"]
            for_memory = await killed_for_memory(container, state)
        except ChaosError as error:
            return self._report(service, "exited", lines=(f"(the container can't be inspected: {error})",))
        memory = ("(killed by the kernel: it used all of its memory)",) if for_memory else ()
        lines = (*await container_logs.tail(container), *memory)
        return self._report(service, "exited", code=state["ExitCode"], lines=lines)

    def _report(
        self, service: str, state: ServiceState, *, code: int | None = None, lines: tuple[str, ...] = ()
    ) -> ServiceReport:
        addresses = self._addresses(service)
        return ServiceReport(service, state, addresses, code, planned=state != "exited", log_tail=lines)

    async def _inside(self, name: str) -> Inside | None:
        """The way into a container, to the data port of a service or a role; opened once and kept until it ends."""
        service = self._known(name).service
        if name not in self._insides and service in self._running:
            spec = self._services[service]
            opened = await open_inside(self.handle(service), spec.ports_of(name).get("data"), self.proc)
            if opened is None:
                return None
            self._close(name)  # someone else may have opened it meanwhile
            self._insides[name] = opened
        return self._insides.get(name)

    def _forget(self, service: str) -> None:
        """Close every way into a service's container."""
        for name in (service, *self._services[service].sharing):
            self._close(name)

    def _close(self, name: str) -> None:
        if inside := self._insides.pop(name, None):
            inside.close()

    def logs(self, service: str, *, follow: bool) -> AsyncIterator[LogLine]:
        """What a service wrote, oldest first."""
        return container_logs.read_lines(service, self._known(service).id, follow=follow)

    async def collect_logs(self, folder: Path) -> None:
        """Copy every log into ``folder``; one that the engine doesn't give in time is left out."""
        with suppress(TimeoutError):
            await asyncio.gather(
                *(container_logs.save(s.id, folder / f"{name}.log") for name, s in self._seen.items())
            )
