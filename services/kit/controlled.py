"""What a control port answers for: one process that plays a role, or several workers that play it together."""

from typing import Any, Protocol

from services.kit.automation_port import change_as_written, states
from services.kit.data_port import DataPort
from services.kit.loop_lag import LoopLag
from services.kit.role import Role
from services.kit.snapshot import snapshot

Json = dict[str, Any]


class ControlledError(RuntimeError):
    """A worker did not answer, or they don't have the same; says which worker, and what was asked."""


class Controlled(Protocol):
    """The calls of a control port, whoever does the work."""

    async def refuses(self) -> str | None:
        """Why the data port can't be used; None: it can."""

    async def counters(self, after: float) -> Json:
        """The counters, with the cohorts of seconds later than `after`."""

    async def settings(self) -> Json:
        """The live settings."""

    async def change(self, changes: Json) -> Json:
        """Change settings, everywhere or (SettingsError, ControlledError) nowhere."""

    async def automations(self) -> Json:
        """What each automation is at."""

    async def automate(self, written: str) -> tuple[Json, int]:
        """Start or stop one, as a body asks; the answer and its status."""


class OneProcess:
    """A role that this process plays."""

    def __init__(self, role: Role[Any], port: DataPort, lag: LoopLag, boot: str) -> None:
        self._role, self.port = role, port
        self._lag, self._boot = lag, boot

    async def refuses(self) -> str | None:
        """As its data port says."""
        return await self.port.refuses()

    async def counters(self, after: float) -> Json:
        """Its counters."""
        return snapshot(self._role, self._boot, self._lag, after)

    async def settings(self) -> Json:
        """Its live settings."""
        return dict(vars(self._role.live.now))

    async def change(self, changes: Json) -> Json:
        """Swap them."""
        return dict(vars(self._role.live.change(changes)))

    async def automations(self) -> Json:
        """What its automations are at."""
        return states(self._role.automations())

    async def automate(self, written: str) -> tuple[Json, int]:
        """Start or stop one."""
        return await change_as_written(self._role.automations(), written)
