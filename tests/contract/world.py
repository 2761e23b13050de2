"""A running lab of either runtime, and how the contract tests see it from outside."""

import contextlib
import itertools
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from chaos.actions import BaseAction
from chaos.faults import BaseFault
from chaos.http import HttpAnswer, call
from chaos.undo.execute import apply_and_verify, undo
from chaos.wait import wait_until
from lab.journal.latency import Histogram
from lab.probes import Ticker
from lab.runtime import Runtime, make_runtime
from lab.runtime.base import ServiceReport
from lab.topology import Topology, load_topology

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_FILE = ROOT / "compose" / "compose.yaml"
QUEUE = 300
RECOVERS_S = 30.0
_COUNT = itertools.count()


@dataclass(frozen=True, slots=True)
class Crossing:
    """What came of a short closed loop from canary over the bridge to auth, and what that took of the bridge.

    ``used_s``: its CPU; ``held_back_s``: for how long a cap kept it from more.
    """

    rate_rps: float
    errors: dict[str, int]
    fastest_ms: float | None
    used_s: float
    held_back_s: float

    @property
    def clean(self) -> bool:
        """Everything is answered, and fast."""
        return bool(self.rate_rps) and not self.errors and (self.fastest_ms or 0) < 100


@dataclass(slots=True)
class Lab:
    """A runtime that is up."""

    runtime: Runtime
    topology: Topology
    reports: list[ServiceReport]

    async def get(self, service: str, path: str) -> Any:  # noqa: ANN401 - JSON
        """GET on a control port."""
        return (await call("GET", self.runtime.address(service, "control"), path, 20)).json()

    async def set(self, service: str, **settings: object) -> None:
        """PATCH a service's settings, with the run's token."""
        (await self._with_token("PATCH", service, "/settings", settings)).json()

    async def _with_token(self, method: str, service: str, path: str, body: object = None) -> HttpAnswer:
        headers = {"X-Lab-Token": self.runtime.token_file.read_text().strip()}
        address = self.runtime.address(service, "control")
        return await call(method, address, path, 20, json=body, headers=headers)

    async def cross(self, in_flight: int = 4, window_s: float = 0.5) -> Crossing:
        """Send some requests over the bridge, each on a new connection."""
        before = await self.runtime.usage("bridge")
        async with self.crowd(in_flight) as counted:
            await Ticker(time.monotonic).until(time.monotonic() + window_s)
        after = await self.runtime.usage("bridge")
        return Crossing(
            rate_rps=counted["completed_total"] / counted["ran_s"],
            errors=counted["errors"],
            fastest_ms=Histogram(counted["latency"]).percentile(0.0),
            used_s=(after.cpu_s_total or 0) - (before.cpu_s_total or 0),
            held_back_s=(after.throttled_s_total or 0) - (before.throttled_s_total or 0),
        )

    @asynccontextmanager
    async def crowd(self, in_flight: int) -> AsyncIterator[dict[str, Any]]:
        """So many calls over the bridge at any time, for as long as the context is open; what they came to, then."""
        counted: dict[str, Any] = {}
        await self._with_token("POST", "canary", f"/closed-loop/begin?in_flight={in_flight}&most_s=60")
        try:
            yield counted
        finally:
            counted |= (await self._with_token("POST", "canary", "/closed-loop/end")).json()

    async def recovered(self, uses_s: float = 0.0) -> Crossing:
        """Wait until everything is well (again), and say how well. ``uses_s``: of CPU, that the bridge spends on it."""

        async def clean() -> Crossing | None:
            await self.runtime.check_alive()
            seen = await self.cross(window_s=0.3)
            return seen if seen.clean and seen.used_s >= uses_s else None

        crossing = await wait_until(clean, RECOVERS_S, "requests to cross the bridge again")
        assert crossing is not None
        return crossing


@contextmanager
def new_runtime(name: str, folder: Path) -> Iterator[Runtime]:
    """A runtime with a run name that no other test has."""
    run = f"contract-{os.getpid()}-{next(_COUNT)}"
    with make_runtime(name, run, folder / run) as runtime:
        yield runtime


@asynccontextmanager
async def living(runtime: Runtime, file: Path = COMPOSE_FILE, **variables: str) -> AsyncIterator[Lab]:
    """A lab that is up, and down again afterwards."""
    images = {name: value or "" for name, value in dotenv_values(COMPOSE_FILE.parent / ".env").items()}
    topology = load_topology(file, {**images, **runtime.variables(), "BRIDGE_QUEUE": str(QUEUE), **variables})
    reports: list[ServiceReport] = []
    try:
        await runtime.up(topology, reports.append)
        yield Lab(runtime, topology, reports)
    finally:
        await runtime.down()


@asynccontextmanager
async def applied(lab: Lab, fault: BaseFault) -> AsyncIterator[None]:
    """An active fault (read back), and undone afterwards (read back)."""
    async with contextlib.AsyncExitStack() as stack:
        for action in fault.actions(lab.runtime):
            inverse = await action.inverse()
            reading = await apply_and_verify(action)
            assert action.shows(reading)
            stack.push_async_callback(_undone, inverse)
        yield


async def _undone(inverse: BaseAction) -> None:
    undone = await undo(inverse)
    assert undone.done, undone.error
