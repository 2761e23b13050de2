"""Take down what a run started, when nobody else is left to do it. These have no inverse."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Literal

from docker import DockerClient
from docker.errors import APIError, NotFound

from chaos.actions.base import BaseAction, Reading
from chaos.engine import with_engine
from chaos.mark import LABEL
from chaos.process import of_run, send
from chaos.wait import WaitTimeoutError, wait_until

PROJECT_LABEL = "com.docker.compose.project"


class StopProcesses(BaseAction):
    """End every process of this user that carries the mark ``run``: SIGTERM, then SIGKILL."""

    do: Literal["stop_processes"] = "stop_processes"
    run: str
    deadline_s: float = 10.0
    grace_s: float = 3.0

    async def apply(self) -> None:
        """Ask them, wait ``grace_s``, kill the rest, and wait until all are gone."""
        self._send(signal.SIGTERM)
        self._send(signal.SIGCONT)  # a stopped process can't act on a SIGTERM
        try:
            await wait_until(self.in_force, self.grace_s, "processes to end")
        except WaitTimeoutError:
            await wait_until(
                self._kill, self.deadline_s - self.grace_s, f"the processes of {self.run} to be gone"
            )

    async def _kill(self) -> bool:
        self._send(signal.SIGKILL)
        return await self.in_force()

    def _send(self, number: signal.Signals) -> None:
        for pid, ticks in of_run(self.run):
            send(pid, ticks, number)

    async def read(self) -> Reading:
        """The pids that are left."""
        return {"pids": [pid for pid, _ in of_run(self.run)]}

    def shows(self, reading: Reading) -> bool:
        """None is left."""
        return not reading["pids"]


@contextmanager
def _unless_gone() -> Iterator[None]:
    """Somebody else may be removing the same (409): the read-back waits until it is done."""
    try:
        yield
    except NotFound:
        return
    except APIError as error:
        if error.status_code != HTTPStatus.CONFLICT:
            raise


class ComposeDown(BaseAction):
    """Remove a Compose project's containers, networks and volumes: this run's, nobody else's.

    An object is ours when it has the project's label, and our run's label where it has one at all.
    """

    do: Literal["compose_down"] = "compose_down"
    project: str
    run: str
    deadline_s: float = 30.0

    async def apply(self) -> None:
        """Containers first: the rest can't go while they use it."""
        await with_engine(self._remove, self.deadline_s, f"remove project {self.project}")

    def _remove(self, engine: DockerClient) -> None:
        found = self._owned(engine)
        for container in found["containers"]:
            with _unless_gone():
                container.remove(force=True, v=True)
        for network in found["networks"]:
            with _unless_gone():
                network.remove()
        for volume in found["volumes"]:
            with _unless_gone():
                volume.remove(force=True)

    def _owned(self, engine: DockerClient) -> dict[str, list[Any]]:
        mine: dict[str, str | list[str] | bool] = {"label": f"{PROJECT_LABEL}={self.project}"}
        return {
            "containers": [
                c
                for c in engine.containers.list(all=True, filters=mine, ignore_removed=True)
                if c.labels.get(LABEL, self.run) == self.run
            ],
            "networks": engine.networks.list(filters=mine),
            "volumes": engine.volumes.list(filters=mine),
        }

    async def read(self) -> Reading:
        """Names of what is left."""
        found = await with_engine(self._owned, self.deadline_s, f"list project {self.project}")
        return {kind: [one.name for one in objects] for kind, objects in found.items()}

    def shows(self, reading: Reading) -> bool:
        """Nothing is left."""
        return not any(reading.values())
