"""Take down a Compose project when no owner is left to do it: this run's part of it, whole and alone.

The containers of others may hang on one of our networks. They are not ours to end, nor to detach: then the
network stays, the takedown is not done, and the error says who holds it.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import Any, Literal

from docker import DockerClient
from docker.errors import APIError, NotFound

from chaos.actions.action import BaseAction, Reading
from chaos.actions.stop_processes import StopProcesses
from chaos.engine import with_engine
from chaos.errors import RefusedError
from chaos.mark import LABEL
from chaos.wait import WaitTimeoutError, wait_until

PROJECT_LABEL = "com.docker.compose.project"
BUSY = frozenset({HTTPStatus.CONFLICT, HTTPStatus.FORBIDDEN})
"""Someone else removes the same just now, or uses it: the read-back shows what is there."""
FREED_S = 5.0
"""How long the engine may take to see that a container which is gone is no longer on a network."""


class ComposeDown(BaseAction):
    """Remove a Compose project's containers, networks and volumes: only those of this run.

    An object is ours when it has the project's label, and our run's mark where it has one at all.
    """

    do: Literal["compose_down"] = "compose_down"
    project: str
    run: str
    deadline_s: float = 30.0

    async def apply(self) -> None:
        """Whoever still creates some (a plugin that outlived its runner), then containers, then what they use.

        Raises:
            RefusedError: a container of someone else holds a network, or the engine takes one for held that no
                container is on; everything else was removed.
        """
        await StopProcesses(run=self.run, grace_s=1.0).apply()
        if not (held := await self._removed()):
            return

        async def removed() -> bool:
            return not await self._removed()

        try:
            await wait_until(removed, FREED_S, "the engine to free its networks", every_s=0.5)
        except WaitTimeoutError as error:
            raise RefusedError(
                f"network {', '.join(held)} stays: for {FREED_S:g} s the engine has said that something is on it, and "
                "shows nothing there. Restart the engine (`systemctl restart docker`), which forgets such an entry, "
                "then call `lab recover`"
            ) from error

    async def _removed(self) -> list[str]:
        """Remove what there is; see `_remove`."""
        return await with_engine(self._remove, self.deadline_s, f"remove project {self.project}")

    def _remove(self, engine: DockerClient) -> list[str]:
        """Remove all there is; the networks that stay although no container is on them, by name."""
        found = self._owned(engine)
        containers = found["containers"]
        with ThreadPoolExecutor(max_workers=len(containers) or 1) as pool:
            list(pool.map(_remove_container, containers))
        stay = [network for network in found["networks"] if not _gone(network.remove)]
        for volume in found["volumes"]:
            _gone(partial(volume.remove, force=True))
        if held := list(self._held(engine)):
            raise RefusedError("; ".join(held))
        return [network.name for network in stay if _attached(engine, network) == {}]

    def _held(self, engine: DockerClient) -> Iterator[str]:
        for network in self._mine(engine.networks.list(filters=self._filter())):
            for guest in self._on(engine, network):
                yield (
                    f"network {network.name} stays: the container {guest}, which is not this run's, is on it. "
                    f"End it (`docker stop {guest}`) or detach it (`docker network disconnect {network.name} "
                    f"{guest}`), then call `lab recover`"
                )

    async def guests(self) -> tuple[str, ...]:
        """The containers of others that are on this run's networks, by name.

        Raises:
            ChaosError: the engine did not answer.
        """

        def look(engine: DockerClient) -> tuple[str, ...]:
            networks = self._mine(engine.networks.list(filters=self._filter()))
            return tuple(sorted({guest for network in networks for guest in self._on(engine, network)}))

        return await with_engine(look, self.deadline_s, f"look at the networks of {self.project}")

    def _on(self, engine: DockerClient, network: Any) -> Iterator[str]:  # noqa: ANN401 - the SDK's own
        """Names of the running containers on a network that are not ours."""
        for container, about in (_attached(engine, network) or {}).items():
            try:
                labels = engine.api.inspect_container(container)["Config"]["Labels"]
            except NotFound:
                continue
            if not self._ours(labels or {}):
                yield str(about["Name"])

    def _owned(self, engine: DockerClient) -> dict[str, list[Any]]:
        mine = self._filter()
        return {
            "containers": [
                one
                for one in engine.containers.list(all=True, filters=mine, ignore_removed=True)
                if self._ours(one.labels)
            ],
            "networks": self._mine(engine.networks.list(filters=mine)),
            "volumes": self._mine(engine.volumes.list(filters=mine)),
        }

    def _filter(self) -> dict[str, str | list[str] | bool]:
        return {"label": f"{PROJECT_LABEL}={self.project}"}

    def _mine(self, found: list[Any]) -> list[Any]:
        return [one for one in found if self._ours(one.attrs["Labels"] or {})]

    def _ours(self, labels: Mapping[str, str]) -> bool:
        return labels.get(PROJECT_LABEL) == self.project and labels.get(LABEL, self.run) == self.run

    def outlives_boot(self) -> bool:
        """The engine keeps what it made."""
        return True

    async def read(self) -> Reading:
        """Names of what is left."""
        found = await with_engine(self._owned, self.deadline_s, f"list project {self.project}")
        return {kind: [one.name for one in objects] for kind, objects in found.items()}

    def shows(self, reading: Reading) -> bool:
        """Nothing is left."""
        return not any(reading.values())

    def __str__(self) -> str:
        return f"containers, networks and volumes of project {self.project}"


def _remove_container(container: Any) -> None:  # noqa: ANN401 - the SDK's own
    _gone(partial(container.remove, force=True, v=True))


def _attached(engine: DockerClient, network: Any) -> dict[str, Any] | None:  # noqa: ANN401 - the SDK's own
    """Running containers on a network, by id; None: it is gone."""
    try:
        found: dict[str, Any] = engine.api.inspect_network(network.id).get("Containers") or {}
    except NotFound:
        return None
    return found


def _gone(remove: Callable[[], object]) -> bool:
    """Remove something; whether it is gone. False: someone uses it, or did a moment ago, or removes it just now."""
    try:
        remove()
    except NotFound:
        return True
    except APIError as error:
        if error.status_code not in BUSY:
            raise
        return False
    return True
