"""A lab that runs, by its run folder alone: its processes, addresses, governor, and what a stranger could do to it.

Nothing here goes through the lab's injector or its ledger: the lab is not to know.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Any

from chaos.actions import ChangeSettings, SendSignal, cpu_cap
from chaos.governor.governed import Governed
from chaos.mark import run_mark
from chaos.process.identity import send, state
from chaos.process.spawn import read_record
from chaos.target_resolver import Container, Process
from chaos.toxiproxy import Toxiproxy
from lab.runtime.compose.engine import ContainerSeen, EngineWatch, inspect
from lab.runtime.compose.targets import project_name
from lab.runtime.embedded.kernel import family

DATA, CONTROL, API = "data", "control", "api"
PORTS = {DATA: 8080, CONTROL: 9000, API: 8474}
BRIDGE = "bridge"
"""The device, and its listener, in the bench's drills."""


@dataclass(frozen=True, slots=True)
class Living:
    """The lab whose run folder is ``folder``, on ``runtime``."""

    folder: Path
    runtime: str

    def governor(self) -> Governed:
        """The bridge's; embedded only."""
        return Governed(self.folder / "governor" / BRIDGE)

    async def handle(self, service: str) -> Process | Container:
        """The process or container of a service as it is now.

        Raises:
            LookupError: it does not run.
        """
        if self.runtime == "compose":
            return Container(service=service, id=(await self._container(service)).id)
        file = self.folder / "processes" / f"{service}.json"
        record = read_record(file)
        if record is None:
            raise LookupError(f"{service} was never started")
        governor = self.folder / "governor" / service
        return Process(
            service=service, pid=record.pid, started_ticks=record.started_ticks, record=file,
            spec=self.folder / "specs" / f"{service}.json", governor=governor if governor.is_dir() else None,
        )  # fmt: skip

    async def pid(self, service: str) -> int:
        """The process that does a service's work; in a container with an init, that one's child."""
        handle = await self.handle(service)
        first = handle.pid if isinstance(handle, Process) else int((await inspect(handle.id))["State"]["Pid"])
        return first if self.runtime == "embedded" else family(first)[:2][-1]

    async def address(self, service: str, port: str) -> str:
        """``host:port`` at which this machine reaches a service."""
        if self.runtime == "compose":
            seen = await self._container(service)
            return seen.ports.get(PORTS[port]) or f"{seen.hosts[0]}:{PORTS[port]}"
        for line in self._lines("service.changed"):
            if line["service"] == service and port in line["addresses"]:
                return str(line["addresses"][port])
        raise LookupError(f"{service} has no port {port}")

    async def signal(self, service: str, which: str) -> None:
        """``stop``, ``cont`` or ``kill`` a service."""
        await SendSignal.model_validate({"handle": await self.handle(service), "signal": which}).apply()

    async def bridge(self) -> Toxiproxy:
        """The bridge's API."""
        return Toxiproxy(await self.address(BRIDGE, API))

    async def cap(self, share: float | None) -> None:
        """Give the bridge another CPU share; None: no cap."""
        await cpu_cap(await self.handle(BRIDGE), share).apply()

    async def change(self, service: str, **values: float) -> None:
        """Change a service's live settings, with the run's own token."""
        address = await self.address(service, CONTROL)
        await ChangeSettings(address=address, token_file=self.folder / "token", values=dict(values)).apply()

    def capped_share(self) -> float:
        """The bridge's share as calibration left it."""
        shares = [
            line["params"]["cpu_share"]
            for line in self._lines("action.changed")
            if line["target"] == BRIDGE and line["state"] == "applied" and "cpu_share" in line["params"]
        ]
        return float(shares[-1])

    def signal_governor(self, number: Signals) -> None:
        """Send the governor a signal.

        Raises:
            LookupError: there is none.
        """
        status = self.governor().status()
        if status is None or not send(status.pid, status.started_ticks, number):
            raise LookupError("the governor is gone")

    def bridge_is_stopped(self) -> bool:
        """Whether the governor holds the bridge back right now."""
        status = self.governor().status()
        return status is not None and state(status.target_pid) in {"T", "t"}

    async def _container(self, service: str) -> ContainerSeen:
        watch = EngineWatch(project_name(run_mark(self.folder.name, self.folder)))
        try:
            return (await watch.look())[service]
        finally:
            watch.close()

    def _lines(self, kind: str) -> Iterator[dict[str, Any]]:
        for line in (self.folder / "journal.jsonl").read_text().splitlines():
            if f'"type":"{kind}"' in line:
                yield json.loads(line)
