"""Waiting until started containers are ready, asked from outside: a check inside costs 65 ms of CPU each."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from chaos.errors import ChaosError
from chaos.wait import WaitTimeoutError, wait_until
from lab.runtime.base import SetupError
from lab.runtime.compose import container_logs as logs
from lab.runtime.compose.engine import ContainerSeen, EngineWatch, inspect, killed_for_memory
from lab.topology import ServiceSpec

EVERY_S = 0.05
ANSWER_S = 2.0
LEAST_DEADLINE_S = 30.0
ENDED = frozenset({"exited", "dead"})


@dataclass(slots=True)
class HealthGate:
    """Asks all services of a project at once until each is ready.

    Args:
        watch: lists the project's containers.
        services: what is waited for.
        ready: called once with each that got ready.
    """

    watch: EngineWatch
    services: Mapping[str, ServiceSpec]
    ready: Callable[[ContainerSeen], None]
    seen: dict[str, ContainerSeen] = field(default_factory=dict, init=False)
    _pending: set[str] = field(default_factory=set, init=False)
    _last: dict[str, str] = field(default_factory=dict, init=False)

    async def wait(self) -> None:
        """Return when all are ready.

        Raises:
            SetupError: one ended, or its deadline passed: with its last lines and how it ended.
        """
        self._pending = set(self.services)
        given = [service.health.deadline_s for service in self.services.values() if service.health]
        deadline_s = max(given, default=LEAST_DEADLINE_S)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http:
            try:
                await wait_until(lambda: self._settled(http), deadline_s, "health", every_s=EVERY_S)
            except WaitTimeoutError as error:
                late = min(self._pending)
                raise await self._failed(late, f"was not ready after {deadline_s:g} s", error.last) from None
        if self._pending:
            raise await self._failed(self._ended()[0], "ended as soon as it was started", None)

    async def _settled(self, http: aiohttp.ClientSession) -> bool:
        """Look and ask each once; whether all are ready, or one ended."""
        self.seen = await self.watch.look()
        await asyncio.gather(*(self._ask(name, http) for name in sorted(self._pending)))
        return not self._pending or bool(self._ended())

    def _ended(self) -> list[str]:
        """Those that are waited for in vain."""
        return [n for n in sorted(self._pending) if n in self.seen and self.seen[n].state in ENDED]

    async def _ask(self, name: str, http: aiohttp.ClientSession) -> None:
        try:
            await self._check(name, http)
        except (aiohttp.ClientError, TimeoutError, OSError, LookupError) as error:
            self._last[name] = str(error) or repr(error)
        else:
            self._pending.discard(name)
            self.ready(self.seen[name])

    async def _check(self, name: str, http: aiohttp.ClientSession) -> None:
        """Its health check from outside; without one any HTTP answer: the engine accepts in its place."""
        service, ports = self.services[name], self.seen[name].ports
        if self.seen[name].state != "running":
            raise LookupError(f"it is {self.seen[name].state}")
        if service.health is None and not service.ports:
            return
        url = urlsplit(service.health.url) if service.health else None
        port = (url.port if url else None) or service.ports[0]
        timeout = aiohttp.ClientTimeout(total=service.health.timeout_s if service.health else ANSWER_S)
        async with http.get(f"http://{ports[port]}{url.path if url else '/'}", timeout=timeout) as answer:
            if url and not answer.ok:
                raise LookupError(f"{answer.url} answered {answer.status}: {(await answer.text())[:300]}")

    async def _failed(self, name: str, what: str, last: object) -> SetupError:
        """The error about one service."""
        said = self._last.get(name) or (str(last) if isinstance(last, Exception) else "it never answered")
        container = self.seen.get(name)
        lines = await logs.tail(container.id) if container else ()
        shown = "\n".join(f"    {line}" for line in lines) or "    (it wrote nothing)"
        others = ", ".join(sorted(self._pending - {name}))
        return SetupError(
            f"service {name} {what}: {await _state(container)}; health: {said}. Its last lines:\n{shown}\n"
            + (f"Not ready either: {others}. " if others else "")
            + "Fix the errors above; after a change of code build the images: `lab images`"
        )


async def _state(container: ContainerSeen | None) -> str:
    """The container's state in words: running, or how it ended."""
    if container is None:
        return "it has no container"
    try:
        state = (await inspect(container.id))["State"]
        for_memory = not state["Running"] and await killed_for_memory(container.id, state)
    except ChaosError as error:
        return f"its state is unknown ({error})"
    if state["Running"]:
        return f"its container is {state['Status']}"
    memory = ", killed by the kernel for its memory" if for_memory else ""
    cause = f", {state['Error']}" if state["Error"] else ""
    return f"its container is {state['Status']} with exit code {state['ExitCode']}{memory}{cause}"
