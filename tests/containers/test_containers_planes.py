"""The monitoring planes in containers: one way across for the shared one, and what it sees and tells by that way."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import aiohttp
import pytest
from dotenv import dotenv_values

from chaos.target_resolver import Container as Handle
from chaos.wait import wait_until
from lab.probes.prometheus import Prometheus
from tests.contract.world import COMPOSE_FILE, Lab, living, new_runtime

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import docker
    from docker.models.containers import Container

pytestmark = pytest.mark.containers
MONITORING = COMPOSE_FILE.parent / "monitoring"
MAIN = {"edge", "storefront", "canary"}
IN_VAIN = {1, 143}
"""Refused or no way, and silence until ``timeout`` ended it."""


@pytest.fixture(params=["same-listener", "agent"])
async def planes(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Lab]:
    """A lab that is watched: as most are, and by an agent."""
    mode = dotenv_values(MONITORING / request.param / "mode.env")
    variables = {name: value or "" for name, value in mode.items()}
    with new_runtime("compose", tmp_path) as runtime:
        async with living(runtime, COMPOSE_FILE, **variables) as lab:
            yield lab


async def test_the_shared_plane_sees_main_over_the_bridge_alone(
    planes: Lab, engine: docker.DockerClient
) -> None:
    """It scrapes every target and its heartbeat arrives; directly it reaches none of them."""
    runtime = planes.runtime
    async with aiohttp.ClientSession() as http:
        shared = Prometheus(http, runtime.address("prometheus-shared", "api"))

        async def sees_main() -> bool:
            seen = await shared.raw('up{network="main"}', 10, time.time(), 2.0)
            return {one.labels["service"] for one in seen if one.points and one.points[-1][1] == 1} == MAIN

        async def heard() -> bool:
            beats = (await planes.get("oncall", "/counters"))["heartbeats"]
            return beats.keys() == {"shared", "ops"} and None not in beats.values()

        await wait_until(sees_main, 40, "every target of main to be scraped")
        await wait_until(heard, 40, "the heartbeats of both planes")
    found = {name: _container(engine, planes, name) for name in planes.topology.enabled()}
    networks = {name: _addresses(one) for name, one in found.items()}
    both = {name for name, nets in networks.items() if {"main", "internal"} <= nets.keys()}
    assert both == {"bridge", "router", "prometheus-ops"}
    shared_plane = found["prometheus-shared"]
    assert _get(shared_plane, networks["auth"]["internal"]) == 0, (
        "its neighbour answers: the way to ask is right"
    )
    assert {_get(shared_plane, networks[service]["main"]) for service in MAIN} <= IN_VAIN


def _get(container: Container, host: str) -> int:
    """Ask a control port from inside, by address; the exit code."""
    asked = ["timeout", "2", "wget", "-q", "-O", "/dev/null", f"http://{host}:9000/metrics"]
    code = container.exec_run(asked).exit_code
    assert code is not None
    return code


def _container(engine: docker.DockerClient, lab: Lab, service: str) -> Container:
    handle = lab.runtime.handle(service)
    assert isinstance(handle, Handle)
    return engine.containers.get(handle.id)


def _addresses(container: Container) -> dict[str, str]:
    """The topology's networks that it is on, and its address in each."""
    attached = container.attrs["NetworkSettings"]["Networks"].items()
    return {network.rpartition("_")[2]: how["IPAddress"] for network, how in attached}
