"""Containers capped, paused, killed, started and taken down: these, and no one else's."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import TYPE_CHECKING, Any

import docker
import pytest
from docker.errors import NotFound
from dotenv import dotenv_values

from chaos.actions import ComposeDown, CpuQuota, SendSignal, Start
from chaos.errors import RefusedError, TargetGoneError
from chaos.target_resolver import Container
from chaos.undo.execute import apply_and_verify
from chaos.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker import DockerClient
    from docker.models.containers import Container as Running
    from docker.models.networks import Network
    from docker.models.volumes import Volume

pytestmark = pytest.mark.containers
PROJECT = f"lab-chaos-test-{os.getpid()}"
LABEL = "com.docker.compose.project"
RUN = "retry-storm-lab.run"
HOG = ["python", "-c", "while True: pass"]
SLEEPS = ["python", "-c", "import signal; signal.pause()"]


@pytest.fixture
def engine() -> Iterator[DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def run_container(engine: DockerClient) -> Iterator[Callable[..., Running]]:
    """Start a container of the services' image; removed at the end, by its id."""
    made: list[Running] = []

    def run(command: list[str], **more: Any) -> Running:  # noqa: ANN401 - the SDK's own
        image = str(dotenv_values("compose/.env")["SERVICES_IMAGE"])
        options: dict[str, Any] = {"entrypoint": command[:1], "command": command[1:], "network_mode": "none"}
        container: Running = engine.containers.run(image, detach=True, **options | more)
        made.append(container)
        return container

    yield run
    for container in made:
        with contextlib.suppress(NotFound):
            container.remove(force=True)


def handle(container: Running) -> Container:
    return Container(service="victim", id=str(container.id))


async def test_a_quota_is_applied_delivered_and_lifted(run_container: Callable[..., Running]) -> None:
    """10 % of a core, read back by inspect and seen in the CPU that it gets."""
    running = await asyncio.to_thread(run_container, HOG)
    await asyncio.to_thread(running.reload)
    cap = CpuQuota.of_share(handle(running), 0.1)
    free = await cap.inverse()
    assert (await apply_and_verify(cap)) == {"period_us": 20_000, "quota_us": 2_000, "cpu_share": 0.1}
    assert (await cap.inverse()) == cap
    clock = (~running.attrs["State"]["Pid"] << 3) | 2
    begun_s, before_s = time.monotonic(), time.clock_gettime(clock)
    await wait_until(lambda: time.monotonic() - begun_s > 1, 5, "a second to pass")
    used_s = time.clock_gettime(clock) - before_s
    assert used_s / (time.monotonic() - begun_s) == pytest.approx(0.1, rel=0.25)
    assert (await apply_and_verify(free))["cpu_share"] is None
    assert free == cap.lifted()


async def test_pause_kill_and_start(run_container: Callable[..., Running]) -> None:
    """Each read back, each with its inverse; a container that is removed is gone."""
    running = await asyncio.to_thread(run_container, SLEEPS)
    here = handle(running)
    for do, undo in [("stop", SendSignal(handle=here, signal="cont")), ("kill", Start(handle=here))]:
        action = SendSignal.model_validate({"handle": here, "signal": do})
        assert await action.inverse() == undo
        await apply_and_verify(action)
        await action.apply()
        await apply_and_verify(undo)
        assert (await undo.read())["state"] == "running"
    await asyncio.to_thread(running.remove, force=True)
    with pytest.raises(TargetGoneError, match="victim does not run"):
        await SendSignal(handle=here, signal="stop").inverse()


@pytest.fixture
def network(engine: DockerClient) -> Iterator[Callable[..., Network]]:
    """Make a network of the project; removed at the end if it is still there."""
    made: list[Network] = []

    def create(name: str, **labels: str) -> Network:
        made.append(engine.networks.create(name, labels={LABEL: PROJECT} | labels))
        return made[-1]

    yield create
    for one in made:
        with contextlib.suppress(NotFound):
            one.remove()


@pytest.fixture
def volume(engine: DockerClient) -> Iterator[Callable[..., Volume]]:
    """Make a volume of the project; removed at the end if it is still there."""
    made: list[Volume] = []

    def create(name: str, **labels: str) -> Volume:
        made.append(engine.volumes.create(name, labels={LABEL: PROJECT} | labels))
        return made[-1]

    yield create
    for one in made:
        with contextlib.suppress(NotFound):
            one.remove()


async def test_a_project_is_removed_whole_and_alone(
    network: Callable[..., Network],
    volume: Callable[..., Volume],
    run_container: Callable[..., Running],
) -> None:
    """Containers, networks and volumes of this run; what another run has in the same project is left."""
    labels, mine, theirs = {LABEL: PROJECT}, {RUN: "r1"}, {RUN: "r2"}
    own = await asyncio.to_thread(network, PROJECT, **mine)
    await asyncio.to_thread(volume, PROJECT)
    foreign = [await asyncio.to_thread(make, f"{PROJECT}-theirs", **theirs) for make in (network, volume)]
    marked = await asyncio.to_thread(
        run_container, SLEEPS, labels=labels | mine, network_mode=None, network=own.name
    )
    unmarked = await asyncio.to_thread(run_container, SLEEPS, labels=labels)
    others = await asyncio.to_thread(run_container, SLEEPS, labels=labels | theirs)
    down = ComposeDown(project=PROJECT, run="r1")
    found = await down.read()
    assert set(found["containers"]) == {marked.name, unmarked.name}
    assert found["networks"] == found["volumes"] == [PROJECT]
    assert not any((await apply_and_verify(down)).values())
    await asyncio.to_thread(others.reload)
    assert others.status == "running"
    for one in foreign:
        await asyncio.to_thread(one.reload)
    await down.apply()


async def test_a_foreign_container_on_our_network_is_named_and_left(
    network: Callable[..., Network], volume: Callable[..., Volume], run_container: Callable[..., Running]
) -> None:
    """The network can't go without touching what isn't ours: everything else goes, and the error says who holds it."""
    own = await asyncio.to_thread(network, PROJECT, **{RUN: "r1"})
    await asyncio.to_thread(volume, PROJECT, **{RUN: "r1"})
    guest = await asyncio.to_thread(run_container, SLEEPS, network_mode=None, network=own.name)
    down = ComposeDown(project=PROJECT, run="r1")
    assert await down.guests() == (guest.name,)
    with pytest.raises(RefusedError, match=f"docker network disconnect {PROJECT} {guest.name}"):
        await apply_and_verify(down)
    assert await down.read() == {"containers": [], "networks": [PROJECT], "volumes": []}
    await asyncio.to_thread(guest.reload)
    assert guest.status == "running"
    await asyncio.to_thread(guest.remove, force=True)
    assert not any((await apply_and_verify(down)).values())
