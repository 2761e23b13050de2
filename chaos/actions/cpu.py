"""Capacity is CPU: a quota of the container's cgroup, or the share that a governor enforces on a process."""

from pathlib import Path
from typing import Any, ClassVar, Literal

from docker import DockerClient
from pydantic import Field

from chaos.actions.action import BaseAction, Rank, Reading
from chaos.engine import with_engine
from chaos.errors import RefusedError, TargetGoneError, UnsupportedError
from chaos.governor.governed import Governed
from chaos.target_resolver import Container, Process
from chaos.wait import WaitTimeoutError, wait_until

PERIODS_US = (20_000, 50_000, 100_000, 200_000, 500_000)
SMALLEST_QUOTA_US = 2_000
UNLIMITED = (100_000, 6_400_000)
"""Period and quota (us) of 64 cores: the engine drops a quota of 0 and would leave the old one active."""


def quota(share: float | None) -> tuple[int, int]:
    """(period, quota) in us for a share of one core; None: unlimited.

    Raises:
        UnsupportedError: the share is below what the scheduler can do.
    """
    if share is None:
        return UNLIMITED
    for period_us in PERIODS_US:
        if share * period_us >= SMALLEST_QUOTA_US:
            return period_us, round(share * period_us)
    least = SMALLEST_QUOTA_US / PERIODS_US[-1]
    raise UnsupportedError(
        f"a CPU share of {share:.3%} of a core is below {least:.1%}, the least that CFS can do"
    )


class CpuQuota(BaseAction):
    """A container's CFS quota (us per period). Never by ``cpus``: the engine then refuses quota updates."""

    do: Literal["cpu_quota"] = "cpu_quota"
    rank: ClassVar[Rank] = Rank.CAP
    container: Container
    period_us: int = Field(ge=1_000, le=1_000_000)
    quota_us: int = Field(ge=1_000)

    @classmethod
    def of_share(cls, container: Container, share: float | None) -> "CpuQuota":
        """The quota for a share of one core (None: unlimited)."""
        period_us, quota_us = quota(share)
        return cls(container=container, period_us=period_us, quota_us=quota_us)

    async def apply(self) -> None:
        """Set it; a paused container keeps it, too."""

        def update(engine: DockerClient) -> None:
            there = engine.containers.get(self.container.id)
            there.update(cpu_period=self.period_us, cpu_quota=self.quota_us)

        await with_engine(update, self.deadline_s, f"CPU quota of {self.container.service}")

    async def read(self) -> Reading:
        """Period, quota (us) and share as the engine has them; a share of null is no limit."""

        def inspect(engine: DockerClient) -> Any:  # noqa: ANN401 - the engine's JSON
            return engine.containers.get(self.container.id).attrs["HostConfig"]

        host = await with_engine(inspect, self.deadline_s, f"CPU quota of {self.container.service}")
        period_us, quota_us = host["CpuPeriod"], host["CpuQuota"]
        limited = quota_us > 0 and (period_us, quota_us) != UNLIMITED
        return {
            "period_us": period_us,
            "quota_us": quota_us,
            "cpu_share": quota_us / (period_us or 100_000) if limited else None,
        }

    def shows(self, reading: Reading) -> bool:
        """The engine has this period and quota."""
        return (reading["period_us"], reading["quota_us"]) == (self.period_us, self.quota_us)

    async def inverse(self) -> "CpuQuota":
        """The present quota."""
        now = await self.read()
        if now["cpu_share"] is None:
            return self.of_share(self.container, None)
        return self.model_copy(update={"period_us": now["period_us"] or 100_000, "quota_us": now["quota_us"]})

    def outlives_boot(self) -> bool:
        """A container keeps its id, and its quota."""
        return True

    @property
    def place(self) -> str:
        """What is capped."""
        return self.container.id

    def resource_keys(self) -> frozenset[str]:
        """Its quota."""
        return frozenset({f"cpu of {self.place}"})

    def lifted(self) -> "CpuQuota":
        """No limit."""
        return self.of_share(self.container, None)


REPLACED_S = 1.0
"""So long an action waits for a governor that died and is being replaced."""


class CpuGovernor(BaseAction):
    """The share of one core that the governor in folder ``governor`` grants (null: unlimited; 0: stopped)."""

    do: Literal["cpu_governor"] = "cpu_governor"
    rank: ClassVar[Rank] = Rank.CAP
    deadline_s: float = 3.0
    governor: Path
    share: float | None = Field(default=None, ge=0)

    async def apply(self) -> None:
        """Write the share and wait until the governor says that it is active."""
        governed = Governed(self.governor)
        governed.ask(self.share)
        if governed.governor_gone() and not await self._replaced(governed):
            self._without_governor(governed)
            return
        try:
            await wait_until(self.is_active, self.deadline_s, "the governor to take the share", every_s=0.01)
        except WaitTimeoutError as error:
            raise RefusedError(f"asked {self.governor} for {self.share}; {error}") from error

    async def _replaced(self, governed: Governed) -> bool:
        """Whether another governor is there soon; whoever wants no limit needs none."""
        if self.share is None:
            return False
        try:
            return await wait_until(
                lambda: not governed.governor_gone(), REPLACED_S, "another governor", every_s=0.02
            )
        except WaitTimeoutError:
            return False

    def _without_governor(self, governed: Governed) -> None:
        """A dead governor holds no one back, but may have left its process stopped."""
        if not governed.release():
            raise TargetGoneError(f"the process of {self.governor} is gone")
        if self.share is not None:
            raise RefusedError(
                f"the governor of {self.governor} is dead; it can't grant a share of {self.share}"
            )

    async def read(self) -> Reading:
        """The active share, CPU used and time held back (s), as the governor says."""
        return Governed(self.governor).reading()

    def shows(self, reading: Reading) -> bool:
        """The governor has this share active; a dead governor and a free process are no limit at all."""
        return bool(reading["active"]) and reading["cpu_share"] == self.share

    async def inverse(self) -> "CpuGovernor":
        """The present share."""
        return self.model_copy(update={"share": (await self.read())["cpu_share"]})

    @property
    def place(self) -> str:
        """What is capped."""
        return str(self.governor)

    def resource_keys(self) -> frozenset[str]:
        """Its share."""
        return frozenset({f"cpu of {self.place}"})

    def lifted(self) -> "CpuGovernor":
        """No limit."""
        return self.model_copy(update={"share": None})


Cap = CpuQuota | CpuGovernor


def cpu_cap(handle: Process | Container, share: float | None) -> CpuQuota | CpuGovernor:
    """The action that gives a service ``share`` of one core; None: no limit.

    Raises:
        UnsupportedError: a process without a governor, or a share that is too small for CFS.
    """
    if isinstance(handle, Container):
        return CpuQuota.of_share(handle, share)
    if handle.governor is None:
        raise UnsupportedError(f"{handle.service} runs without a CPU governor: its capacity can't be changed")
    return CpuGovernor(governor=handle.governor, share=share)
