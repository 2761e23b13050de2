"""What the engine has of a project: containers, their state and their published ports."""

import asyncio
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException

from chaos.engine import with_engine
from chaos.engine_host import with_engine_host
from chaos.errors import ChaosError, DeadlineError, RefusedError
from chaos.wait import WaitTimeoutError, wait_until
from lab.runtime.base import SetupError

PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"
ALIVE = frozenset({"running", "paused"})
LOOK_DEADLINE_S = 5.0
START_DEADLINE_S = 30.0
KILLED = 137
"""The exit code of what SIGKILL ended."""
OOM_S = 0.5
"""The engine learns of a kill for memory a moment after it has seen the end itself."""


@dataclass(frozen=True, slots=True)
class ContainerSeen:
    """A container as the engine lists it; ``ports`` maps what is published to host:port.

    ``hosts``: its addresses, one a network, for as long as it runs.
    """

    service: str
    id: str
    state: str
    ports: Mapping[int, str]
    hosts: tuple[str, ...] = ()

    @property
    def alive(self) -> bool:
        """Running, or paused."""
        return self.state in ALIVE


@dataclass(slots=True)
class EngineWatch:
    """Lists a project's containers again and again, on one connection: 1.5 ms of CPU each time."""

    project: str
    _client: docker.DockerClient | None = field(default=None, init=False)

    async def look(self) -> dict[str, ContainerSeen]:
        """The containers by service, also those that have ended.

        Raises:
            ChaosError: the engine did not answer.
        """
        try:
            async with asyncio.timeout(LOOK_DEADLINE_S):
                return await asyncio.to_thread(self._list)
        except TimeoutError:
            raise DeadlineError(f"the engine did not list {self.project} in {LOOK_DEADLINE_S:g} s") from None
        except (DockerException, requests.RequestException) as error:
            self.close()
            raise RefusedError(f"the engine did not list {self.project}: {error}") from error

    def _list(self) -> dict[str, ContainerSeen]:
        if self._client is None:
            self._client = connect(LOOK_DEADLINE_S)
        mine = {"label": f"{PROJECT_LABEL}={self.project}"}
        return {one.service: one for one in map(_seen, self._client.api.containers(all=True, filters=mine))}

    def close(self) -> None:
        """Drop the connection; the next look makes another."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _seen(listed: Mapping[str, Any]) -> ContainerSeen:
    ports = {
        int(one["PrivatePort"]): f"{one['IP']}:{one['PublicPort']}"
        for one in listed["Ports"]
        if "PublicPort" in one
    }
    networks = (listed.get("NetworkSettings") or {}).get("Networks") or {}
    hosts = tuple(network["IPAddress"] for network in networks.values() if network.get("IPAddress"))
    return ContainerSeen(listed["Labels"].get(SERVICE_LABEL, ""), listed["Id"], listed["State"], ports, hosts)


async def start_all(containers: Iterable[ContainerSeen]) -> None:
    """Start containers, all at once: the engine takes their order from no one.

    Raises:
        SetupError: the engine refused one; with its words.
    """
    found = list(containers)

    def start(engine: docker.DockerClient) -> None:
        with ThreadPoolExecutor(max_workers=len(found) or 1) as pool:
            list(pool.map(lambda one: _start(engine, one), found))

    try:
        await with_engine(start, START_DEADLINE_S, "start the services")
    except ChaosError as error:
        raise SetupError(f"{error}. Does `docker ps` answer, and is there memory left?") from error


def _start(engine: docker.DockerClient, container: ContainerSeen) -> None:
    try:
        engine.api.start(container.id)
    except APIError as error:
        raise SetupError(f"the engine could not start {container.service}: {_explained(error)}") from error


def _explained(error: APIError) -> str:
    said = str(error.explanation)
    if "sysctl" not in said:
        return said
    return (
        f"{said}. It can't give a container the listen queue that was asked for (net.core.somaxconn of its network "
        "namespace): write a shorter `bridge: {queue: ...}`, or use --runtime embedded"
    )


async def inspect(container_id: str) -> dict[str, Any]:
    """All that the engine knows of a container.

    Raises:
        ChaosError: it is gone, or the engine did not answer.
    """

    def read(engine: docker.DockerClient) -> dict[str, Any]:
        return dict(engine.api.inspect_container(container_id))

    return await with_engine(read, LOOK_DEADLINE_S, f"inspect {container_id[:12]}")


async def killed_for_memory(container_id: str, state: Mapping[str, Any]) -> bool:
    """Whether the kernel killed a container that ended, whose ``state`` was inspected, for its memory."""
    if state["ExitCode"] != KILLED:
        return bool(state["OOMKilled"])

    async def known() -> bool:
        return bool((await inspect(container_id))["State"]["OOMKilled"])

    try:
        return await wait_until(known, OOM_S, "the engine to learn why the container was killed")
    except WaitTimeoutError:
        return False


def connect(deadline_s: float) -> docker.DockerClient:
    """A client with the newest API that both sides know."""
    return docker.from_env(version="auto", timeout=round(deadline_s), environment=with_engine_host())
