"""Containers, networks and volumes that are not the lab's, among its own."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest
from docker.errors import NotFound
from dotenv import dotenv_values

from chaos.errors import RefusedError
from chaos.mark import LABEL
from lab.runs.strays import find_strays
from lab.session.foreign import foreign_things
from tests.contract.world import COMPOSE_FILE, living, new_runtime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import docker
    from docker.models.containers import Container

pytestmark = pytest.mark.containers
SLEEPS = ["python", "-c", "import signal; signal.pause()"]


@pytest.fixture
def guest(engine: docker.DockerClient) -> Iterator[Container]:
    """Someone's container, on no network yet."""
    image = str(dotenv_values("compose/.env")["SERVICES_IMAGE"])
    made: Container = engine.containers.run(
        image, entrypoint=SLEEPS[:1], command=SLEEPS[1:], detach=True, labels={LABEL: "nobodys-1234abcd"}
    )
    yield made
    with contextlib.suppress(NotFound):
        made.remove(force=True)


async def test_a_guest_on_a_network_of_ours_is_listed_named_and_left(
    tmp_path: Path, engine: docker.DockerClient, guest: Container
) -> None:
    """The network that it holds is all that the takedown leaves; once the guest is gone, it goes as well."""
    with new_runtime("compose", tmp_path) as runtime:

        async def visited() -> None:
            async with living(runtime, COMPOSE_FILE):
                mine = {"label": f"{LABEL}={runtime.mark}", "name": "_ops"}
                (network,) = await asyncio.to_thread(engine.networks.list, filters=mine)
                await asyncio.to_thread(network.connect, guest)
                assert await foreign_things(runtime, "bridge") == [
                    f"container {guest.name} on the lab's networks"
                ]

        with pytest.raises(RefusedError, match=f"_ops stays: the container {guest.name}, .*disconnect"):
            await visited()
        left = await runtime.takedown().read()
        assert (left["containers"], left["volumes"], len(left["networks"])) == ([], [], 1)
        await asyncio.to_thread(guest.reload)
        assert guest.status == "running"
        await asyncio.to_thread(guest.remove, force=True)
        await runtime.down()
        assert await runtime.takedown().is_active()


async def test_what_is_marked_and_of_no_run_is_found(engine: docker.DockerClient, guest: Container) -> None:
    """Containers and networks, with the commands to look and to remove; those of a known run are not strays."""
    network = await asyncio.to_thread(
        engine.networks.create, "stray-test", labels={LABEL: "nobodys-1234abcd"}
    )
    try:
        found = {(one.kind, one.mark): one for one in await find_strays(frozenset())}
        assert found["container", "nobodys-1234abcd"].remove == f"docker rm --force {guest.name}"
        assert found["network", "nobodys-1234abcd"].look == "docker network inspect stray-test"
        assert not [one for one in await find_strays(frozenset({"nobodys-1234abcd"})) if one.mark[0] == "n"]
    finally:
        await asyncio.to_thread(network.remove)
