"""A container's CPU and memory by the engine, where the kernel's files can't be read.

The engine answers once a second only, so what it said last is given while the next answer is on its way: a figure
is up to two seconds old, but no one waits for it.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from docker import DockerClient

from chaos.actions.cpu import CpuQuota
from chaos.engine import with_engine
from chaos.errors import ChaosError
from chaos.target_resolver import Container
from lab.runtime.base import Usage
from lab.runtime.compose.engine import LOOK_DEADLINE_S

NOTHING = Usage(cpu_s_total=None, throttled_s_total=None, cpu_share=None)


@dataclass(slots=True)
class ContainerStats:
    """What the engine says about one container."""

    container: Container
    _latest: tuple[Usage, int | None] | None = field(default=None, init=False)
    _asking: asyncio.Task[None] | None = field(default=None, init=False)

    async def usage(self) -> Usage:
        """CPU used, time held back, and the cap."""
        return (await self._read())[0]

    async def memory_bytes(self) -> int | None:
        """The working set."""
        return (await self._read())[1]

    def close(self) -> None:
        """Ask no more."""
        if self._asking:
            self._asking.cancel()

    async def _read(self) -> tuple[Usage, int | None]:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        if self._latest is None:
            await asyncio.wait([self._asking])
        return self._latest or (NOTHING, None)

    async def _ask(self) -> None:
        try:
            stats = await self._stats()
            cap = await CpuQuota.of_share(self.container, None).read()
        except ChaosError:
            self._latest = None
        else:
            self._latest = usage(stats, cap["cpu_share"]), memory_bytes(stats)

    async def _stats(self) -> dict[str, Any]:
        def read(engine: DockerClient) -> dict[str, Any]:
            return dict(engine.api.stats(self.container.id, stream=False, one_shot=True))

        return await with_engine(read, LOOK_DEADLINE_S, f"statistics of {self.container.service}")


def usage(stats: dict[str, Any], cpu_share: float | None) -> Usage:
    """CPU of the engine's statistics, which count in ns."""
    cpu = stats["cpu_stats"]
    throttled_ns = cpu.get("throttling_data", {}).get("throttled_time", 0)
    return Usage(cpu["cpu_usage"]["total_usage"] / 1e9, throttled_ns / 1e9, cpu_share)


def memory_bytes(stats: dict[str, Any]) -> int | None:
    """What is used without inactive file pages; None of a container that has ended."""
    memory = stats["memory_stats"]
    pages = memory.get("stats", {})
    inactive = pages.get("total_inactive_file", pages.get("inactive_file", 0))
    return memory["usage"] - inactive if "usage" in memory else None
