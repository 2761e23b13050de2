"""What an action is: one verb that changes the world, on a target that can't be mistaken for another.

           intend                 apply                read                 inverse
    ledger  <----  (action, its inverse)  ---->  world  ---->  reading, shows() ----> ...

An action is data: it is written to the ledger as JSON and undone from there by a process that knows neither
the drill nor the runtime. So it holds addresses (``host:port``), pids with start times and container ids, no
names that need looking up.
"""

from abc import ABC, abstractmethod
from enum import IntEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from chaos.errors import UnsupportedError

Reading = dict[str, Any]
"""What the world says about an action's target; goes into the journal as ``readback``."""


class Rank(IntEnum):
    """The order in which a rollback undoes: a starved or stopped bridge can't be asked to drop its toxics."""

    CAP = 0
    LIFE = 1
    TOXIC = 2
    REST = 3


class BaseAction(BaseModel, ABC):
    """The four things that every action can do. ``apply`` is idempotent."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rank: ClassVar[Rank] = Rank.REST
    rebuilds_listener: ClassVar[bool] = False
    lost_with_listener: ClassVar[bool] = False
    """Whether a new listener has nothing of it, so that it must be applied anew."""

    deadline_s: float = Field(default=5.0, gt=0)

    @abstractmethod
    async def apply(self) -> None:
        """Change the world; asked a second time, change nothing more.

        Raises:
            ChaosError: what was asked and what the target said.
        """

    @abstractmethod
    async def read(self) -> Reading:
        """Ask the world how it is now, never a memory of what was asked."""

    @abstractmethod
    def shows(self, reading: Reading) -> bool:
        """Whether a reading shows this action active."""

    async def is_active(self) -> bool:
        """Read back."""
        return self.shows(await self.read())

    async def inverse(self) -> "BaseAction":
        """The action that leads back to the *present* state; asked for before ``apply``."""
        raise UnsupportedError(f"{type(self).__name__} can't be undone")

    def resource_keys(self) -> frozenset[str]:
        """What it sets to a value of its own: of two that set the same, the later must be undone first."""
        return frozenset()

    def outlives_boot(self) -> bool:
        """Whether its target is the same after the machine was started anew: a container is, a pid or a port isn't."""
        return False

    def fallback(self) -> "BaseAction | None":
        """Another action with the same effect, for when this one is refused or hangs; None: there is none."""
        return None
