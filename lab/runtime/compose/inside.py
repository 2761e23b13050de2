"""The way into one running container: by the kernel's files where they can be read, else by the engine."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from chaos.errors import ChaosError
from chaos.sock_diag import inside
from chaos.target_resolver import Container
from lab.runtime.base import Sockets, Usage
from lab.runtime.compose.cgroup import Cgroup, find_cgroup
from lab.runtime.compose.engine import inspect
from lab.runtime.compose.netns import open_listener
from lab.runtime.compose.stats import ContainerStats
from lab.runtime.connections import Connections, open_connections
from lab.runtime.last_cpu import last_cpu
from lab.runtime.listener import UNKNOWN, Listener

SOMAXCONN = "net.core.somaxconn"


@dataclass(frozen=True, slots=True)
class Inside:
    """Reads a container, until it ends.

    ``queue`` is the somaxconn that the engine gave it: it starts none without. ``pid``: of its first process, where
    that can be seen from here.
    """

    figures: Cgroup | ContainerStats
    listener: Listener | None
    queue: int | None = None
    pid: int | None = None

    async def usage(self) -> Usage:
        """CPU and cap.

        Raises:
            OSError: the container has ended since this was opened.
        """
        if isinstance(self.figures, ContainerStats):
            return await self.figures.usage()
        return replace(self.figures.usage(), cpu=None if self.pid is None else last_cpu(self.pid))

    async def memory_bytes(self) -> int | None:
        """The working set.

        Raises:
            OSError: the container has ended since this was opened.
        """
        if isinstance(self.figures, ContainerStats):
            return await self.figures.memory_bytes()
        return self.figures.memory_bytes()

    async def sockets(self) -> Sockets:
        """The data listener, where the namespace may be entered; else only its queue, as the engine has set it.

        Raises:
            OSError: the container has ended since this was opened, or its listener is closed.
        """
        if self.listener is None:
            return replace(UNKNOWN, listen_queue=self.queue)
        found = await asyncio.to_thread(self.listener.read)
        if found is None:
            raise ProcessLookupError(f"nothing listens on port {self.listener.port} any more")
        return found

    async def overflows_total(self) -> int | None:
        """Connections that found the data listener's queue full; None where the namespace can't be entered.

        Raises:
            OSError: the container has ended since this was opened.
        """
        return None if self.listener is None else await asyncio.to_thread(self.listener.overflows_total)

    def close(self) -> None:
        """Let go of the container."""
        if self.listener:
            self.listener.close()
        if isinstance(self.figures, ContainerStats):
            self.figures.close()


async def open_connections_of(container: Container, port: int, proc: Path) -> Connections | None:
    """The connections to a port of a container; None where its namespace can't be entered, or it doesn't run."""
    found = await _process(container, proc)
    if found is None or found.cgroup is None:
        return None
    return inside(found.pid, lambda: open_connections(port))


async def open_inside(container: Container, data_port: int | None, proc: Path) -> Inside | None:
    """Find the way into a container; None when it doesn't run."""
    found = await _process(container, proc)
    if found is None:
        return None
    if found.cgroup is None:
        return Inside(ContainerStats(container), None, found.queue)
    listener = open_listener(found.pid, data_port) if data_port else None
    return Inside(found.cgroup, listener, found.queue, found.pid)


class _Process(NamedTuple):
    """A container's first process, its control group, and the somaxconn that the engine gave it.

    Without a control group the engine is elsewhere: what has this pid here is someone else.
    """

    pid: int
    cgroup: Cgroup | None
    queue: int | None


async def _process(container: Container, proc: Path) -> _Process | None:
    """None: it doesn't run."""
    try:
        seen = await inspect(container.id)
    except ChaosError:
        return None
    pid = int(seen["State"]["Pid"])
    return _Process(pid, find_cgroup(container.id, pid, proc), queue_set(seen)) if pid else None


def queue_set(seen: Mapping[str, Any]) -> int | None:
    """The queue that every listener of an inspected container has at most; None: the engine's own default."""
    said = str(((seen.get("HostConfig") or {}).get("Sysctls") or {}).get(SOMAXCONN, ""))
    return int(said) if said.isdecimal() else None
