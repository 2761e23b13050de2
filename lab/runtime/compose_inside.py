"""What the lab reads of one container: by the kernel's files where they can be read, else by the engine."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker import DockerClient

from chaos.actions.cpu import CpuQuota
from chaos.engine import with_engine
from chaos.errors import ChaosError
from chaos.place import Container
from lab.runtime.base import Sockets, Usage
from lab.runtime.compose_cgroup import Cgroup, find_cgroup
from lab.runtime.compose_engine import LOOK_DEADLINE_S, inspect
from lab.runtime.compose_netns import UNKNOWN, Listener, open_listener

NOTHING = Usage(cpu_s_total=None, throttled_s_total=None, cpu_share=None)


@dataclass(frozen=True, slots=True)
class Inside:
    """The way into a running container, valid until it ends."""

    container: Container
    cgroup: Cgroup | None
    listener: Listener | None

    async def usage(self) -> Usage:
        """CPU and cap; the figures are None when the container has ended.

        Raises:
            OSError: it has ended since this was opened.
        """
        return self.cgroup.usage() if self.cgroup else await _usage(self.container)

    async def sockets(self) -> Sockets:
        """The data listener, where the namespace may be entered.

        Raises:
            OSError: the container has ended since this was opened.
        """
        if self.listener is None:
            return UNKNOWN
        found = await asyncio.to_thread(self.listener.read)
        if found is None:
            raise ProcessLookupError(f"nobody listens in {self.container.service} any more")
        return found

    async def memory_bytes(self) -> int | None:
        """The working set.

        Raises:
            OSError: the container has ended since this was opened.
        """
        return self.cgroup.memory_bytes() if self.cgroup else await _memory_bytes(self.container)

    def close(self) -> None:
        """Let go of the container's namespace."""
        if self.listener:
            self.listener.close()


async def open_inside(container: Container, data_port: int | None, proc: Path) -> Inside | None:
    """Find the way into a container; None when it doesn't run."""
    try:
        pid = int((await inspect(container.id))["State"]["Pid"])
    except ChaosError:
        return None
    if not pid:
        return None
    cgroup = find_cgroup(container.id, pid, proc)
    ours = cgroup is not None  # the pid of an engine elsewhere is some other process here
    return Inside(container, cgroup, open_listener(pid, data_port) if ours and data_port else None)


async def _stats(container: Container) -> dict[str, Any]:
    def read(engine: DockerClient) -> dict[str, Any]:
        return dict(engine.api.stats(container.id, stream=False, one_shot=True))

    return await with_engine(read, LOOK_DEADLINE_S, f"statistics of {container.service}")


async def _usage(container: Container) -> Usage:
    with suppress(ChaosError):
        cpu = (await _stats(container))["cpu_stats"]
        cap = await CpuQuota.of_share(container, None).read()
        return Usage(
            cpu_s_total=cpu["cpu_usage"]["total_usage"] / 1e9,
            throttled_s_total=cpu["throttling_data"]["throttled_time"] / 1e9,
            cpu_share=cap["cpu_share"],
        )
    return NOTHING


async def _memory_bytes(container: Container) -> int | None:
    with suppress(ChaosError):
        memory = (await _stats(container))["memory_stats"]
        stat = memory.get("stats", {})
        if "usage" in memory:
            return int(memory["usage"] - stat.get("total_inactive_file", stat.get("inactive_file", 0)))
    return None
