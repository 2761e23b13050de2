"""The way into one running container: by the kernel's files where they can be read, else by the engine."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from chaos.errors import ChaosError
from chaos.target_resolver import Container
from lab.runtime.base import Sockets, Usage
from lab.runtime.compose.cgroup import Cgroup, find_cgroup
from lab.runtime.compose.engine import inspect
from lab.runtime.compose.netns import open_listener
from lab.runtime.compose.stats import ContainerStats
from lab.runtime.connections import Connections, open_connections
from lab.runtime.listener import UNKNOWN, Listener
from lab.runtime.sock_diag import inside


@dataclass(frozen=True, slots=True)
class Inside:
    """Reads a container, until it ends."""

    figures: Cgroup | ContainerStats
    listener: Listener | None

    async def usage(self) -> Usage:
        """CPU and cap.

        Raises:
            OSError: the container has ended since this was opened.
        """
        return (
            await self.figures.usage() if isinstance(self.figures, ContainerStats) else self.figures.usage()
        )

    async def memory_bytes(self) -> int | None:
        """The working set.

        Raises:
            OSError: the container has ended since this was opened.
        """
        if isinstance(self.figures, ContainerStats):
            return await self.figures.memory_bytes()
        return self.figures.memory_bytes()

    async def sockets(self) -> Sockets:
        """The data listener, where the namespace may be entered.

        Raises:
            OSError: the container has ended since this was opened, or its listener is closed.
        """
        if self.listener is None:
            return UNKNOWN
        found = await asyncio.to_thread(self.listener.read)
        if found is None:
            raise ProcessLookupError(f"nothing listens on port {self.listener.port} any more")
        return found

    def close(self) -> None:
        """Let go of the container."""
        if self.listener:
            self.listener.close()
        if isinstance(self.figures, ContainerStats):
            self.figures.close()


async def open_connections_of(container: Container, port: int, proc: Path) -> Connections | None:
    """The connections to a port of a container; None where its namespace can't be entered, or it doesn't run."""
    found = await _process(container, proc)
    return None if found is None or found[1] is None else inside(found[0], lambda: open_connections(port))


async def open_inside(container: Container, data_port: int | None, proc: Path) -> Inside | None:
    """Find the way into a container; None when it doesn't run."""
    found = await _process(container, proc)
    if found is None:
        return None
    pid, cgroup = found
    if cgroup is None:
        return Inside(ContainerStats(container), None)
    return Inside(cgroup, open_listener(pid, data_port) if data_port else None)


async def _process(container: Container, proc: Path) -> tuple[int, Cgroup | None] | None:
    """A container's first process and its control group; None: it doesn't run.

    Without a control group the engine is elsewhere: what has this pid here is someone else.
    """
    try:
        pid = int((await inspect(container.id))["State"]["Pid"])
    except ChaosError:
        return None
    return (pid, find_cgroup(container.id, pid, proc)) if pid else None
