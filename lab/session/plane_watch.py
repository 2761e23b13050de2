"""The monitoring planes of a run: what they were configured to do, asked every second and when it is over."""

import asyncio
import re
from dataclasses import asdict, dataclass, field
from typing import get_args

import aiohttp

from chaos.wait import WaitTimeoutError, wait_until
from lab.journal import JournalWriter
from lab.journal.events import Event
from lab.journal.plane_events import PlaneConfigured, Query
from lab.monitoring import MonitoringError, PlaneConfig, load_planes, query_text
from lab.probes import Ticker
from lab.probes.plane_probe import PlaneProbe, watch_planes
from lab.probes.prometheus import Prometheus, PrometheusError
from lab.probes.run_clock import RunClock
from lab.runtime.base import Runtime, SetupError
from lab.session.request import Request
from lab.session.watch import Watch
from lab.topology import Roles, load_topology

OLDEST = (2, 42)
"""``keep_firing_for`` came with it: an older Prometheus can't have our rules."""

ANSWERS_WITHIN_S = 10.0
ASK_S = 2.0


def configured(request: Request) -> tuple[PlaneConfig, ...]:
    """The planes that watch a drill, read before anything starts; none where it asks for none.

    Raises:
        SetupError: a file of theirs can't be used; says which, where and what to do.
    """
    folder = request.monitoring_folder
    if folder is None:
        return ()
    try:
        return load_planes(folder.parent, folder.name, load_topology(request.topology_file).roles)
    except MonitoringError as wrong:
        raise SetupError(str(wrong)) from wrong


@dataclass(slots=True)
class PlaneWatch:
    """Asks every plane each second of a run, and once about all of it at its end.

    Args:
        runtime: where their query APIs are.
        journal: the run's: its clock, and where the answers go.
        roles: who is what, for what the planes are asked.
    """

    runtime: Runtime
    journal: JournalWriter
    roles: Roles
    _http: aiohttp.ClientSession | None = None
    _probes: list[PlaneProbe] = field(default_factory=list)

    async def begin(self, planes: tuple[PlaneConfig, ...], watch: Watch) -> None:
        """Write down how they are configured and begin to ask, as a task of ``watch``.

        Raises:
            SetupError: a plane's Prometheus does not say its version, or is too old.
        """
        if not planes:
            return
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self._probes = [await self._probe(plane, self._http) for plane in planes]
        watch.start(watch_planes(self._probes, Ticker(lambda: self.journal.now_s)))

    async def end(self) -> None:
        """Ask once more about all seconds so far; when the questions of each second have ended."""
        if self._http is None:
            return
        try:
            await asyncio.gather(*(probe.backfill() for probe in self._probes))
        finally:
            await self._http.close()
            self._http = None

    async def _probe(self, plane: PlaneConfig, http: aiohttp.ClientSession) -> PlaneProbe:
        prometheus = Prometheus(http, self.runtime.address(plane.service, "api"))
        event = PlaneConfigured(**asdict(plane), version=await plane_version(plane, prometheus))
        self.journal.write(event)
        named = self.roles.entrance, self.roles.client
        texts = {query: query_text(query, plane.window_s, *named) for query in get_args(Query)}
        return PlaneProbe(event, prometheus, texts, RunClock(self.journal.origin_s), self._write)

    def _write(self, event: Event) -> None:
        self.journal.write(event)


async def plane_version(plane: PlaneConfig, prometheus: Prometheus) -> str:
    """The version of a plane's Prometheus.

    Raises:
        SetupError: it does not say, or is too old for the rules; with what to do.
    """
    try:
        version: str = await wait_until(
            lambda: prometheus.version(ASK_S), ANSWERS_WITHIN_S, f"{plane.service} to report its version"
        )
    except (WaitTimeoutError, PrometheusError) as late:
        raise SetupError(f"{late}. Its log is in the run folder, logs/{plane.service}.log") from late
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST:
        least = ".".join(map(str, OLDEST))
        raise SetupError(
            f"{plane.service} is Prometheus {version}; the planes' rules need {least} or newer. Take a newer one: "
            "PROMETHEUS_IMAGE in compose/.env, or on PATH for the embedded runtime"
        )
    return version
