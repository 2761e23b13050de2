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
    """What came of a short closed loop from canary over the bridge to auth."""

    rate_rps: float
    errors: dict[str, int]
    fastest_ms: float | None

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
    up_s: float

    async def get(self, service: str, path: str) -> Any:  # noqa: ANN401 - JSON
        """GET on a control port."""
        return (await call("GET", self.runtime.address(service, "control"), path, 5)).json()

    async def set(self, service: str, **settings: object) -> None:
        """PATCH a service's settings, with the run's token."""
        (await self._with_token("PATCH", service, "/settings", settings)).json()

    async def _with_token(self, method: str, service: str, path: str, body: object = None) -> HttpAnswer:
        headers = {"X-Lab-Token": self.runtime.token_file.read_text().strip()}
        address = self.runtime.address(service, "control")
        return await call(method, address, path, 20, json=body, headers=headers)

    async def cross(self, in_flight: int = 4, window_s: float = 0.5) -> Crossing:
        """Send some requests over the bridge, each on a new connection."""
        await self._with_token("POST", "canary", f"/closed-loop/begin?in_flight={in_flight}&most_s=10")
        await Ticker(time.monotonic).until(time.monotonic() + window_s)
        answer = (await self._with_token("POST", "canary", "/closed-loop/end")).json()
        rate_rps = answer["completed_total"] / answer["ran_s"]
        return Crossing(rate_rps, answer["errors"], Histogram(answer["latency"]).percentile(0.0))

    async def recovered(self) -> Crossing:
        """Wait until everything is well (again), and say how well."""

        async def clean() -> Crossing | None:
            await self.runtime.check_alive()
            seen = await self.cross(window_s=0.3)
            return seen if seen.clean else None

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
    begun = time.monotonic()
    try:
        await runtime.up(topology, reports.append)
        yield Lab(runtime, topology, reports, time.monotonic() - begun)
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
