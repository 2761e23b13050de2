"""The monitoring planes of a living lab: what they were configured to do, asked every second and when it is over."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import get_args

import aiohttp

from chaos.wait import WaitTimeoutError, wait_until
from lab.journal.plane_events import PlaneConfigured, Query
from lab.monitoring import MonitoringError, PlaneConfig, load_planes, query_text
from lab.probes.plane_probe import PlaneProbe, watch_planes
from lab.probes.prometheus import Prometheus, PrometheusError
from lab.probes.run_clock import RunClock
from lab.runtime.base import SetupError
from lab.session.guard import running
from lab.session.request import Request
from lab.session.session import Session

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
        return load_planes(folder.parent, folder.name)
    except MonitoringError as wrong:
        raise SetupError(str(wrong)) from wrong


@asynccontextmanager
async def watched(session: Session, planes: tuple[PlaneConfig, ...]) -> AsyncIterator[None]:
    """Ask every plane each second while the context is open, and once about all of it at the end.

    Raises:
        SetupError: a plane's Prometheus does not tell its version, or is too old.
    """
    if not planes:
        yield
        return
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        probes = [await _probe(session, plane, http) for plane in planes]
        async with running(watch_planes(probes, session.ticker)):
            try:
                yield
            finally:
                await asyncio.gather(*(probe.backfill() for probe in probes))


async def _probe(session: Session, plane: PlaneConfig, http: aiohttp.ClientSession) -> PlaneProbe:
    prometheus = Prometheus(http, session.runtime.address(plane.service, "api"))
    event = PlaneConfigured(**asdict(plane), version=await _version(plane, prometheus))
    session.write(event)
    texts = {query: query_text(query, plane.window_s) for query in get_args(Query)}
    return PlaneProbe(event, prometheus, texts, RunClock(session.journal.origin_s), session.write)


async def _version(plane: PlaneConfig, prometheus: Prometheus) -> str:
    try:
        version: str = await wait_until(
            lambda: prometheus.version(ASK_S), ANSWERS_WITHIN_S, f"{plane.service} to tell its version"
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
