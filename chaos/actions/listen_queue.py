"""How many connections may wait at a listener of a local process, changed while it listens."""

import asyncio
from typing import ClassVar, Literal

from pydantic import Field

from chaos.actions.action import BaseAction, Reading
from chaos.errors import RefusedError, TargetGoneError
from chaos.listen_queue import SOMAXCONN, read_listen_queue, set_listen_queue
from chaos.process.spawn import read_record
from chaos.target_resolver import Process


class ListenQueue(BaseAction):
    """Give the listener at ``host:port`` of ``process`` a queue of ``queue`` connections.

    Only connections that come later are held against the new length: those that wait already stay.
    """

    do: Literal["listen_queue"] = "listen_queue"
    lost_with_listener: ClassVar[bool] = True
    process: Process
    host: str
    port: int = Field(ge=1, le=65_535)
    queue: int = Field(ge=1)

    async def apply(self) -> None:
        """Ask the kernel for it, on the listening socket of the process as it runs now."""
        record = read_record(self.process.record)
        if record is None or not record.alive:
            raise TargetGoneError(
                f"{self.process.service} does not run, so nothing listens at {self.host}:{self.port}"
            )
        await asyncio.to_thread(set_listen_queue, record.pid, self.host, self.port, self.queue)

    async def read(self) -> Reading:
        """The length as the kernel has it."""
        found = await asyncio.to_thread(read_listen_queue, self.host, self.port)
        if found is None:
            raise TargetGoneError(f"nothing listens at {self.host}:{self.port} ({self.process.service})")
        return {"listen_queue": found}

    def shows(self, reading: Reading) -> bool:
        """It has this length."""
        return bool(reading["listen_queue"] == self.queue)

    def resource_keys(self) -> frozenset[str]:
        """This listener's length."""
        return frozenset({f"queue at {self.host}:{self.port}"})

    async def inverse(self) -> "ListenQueue":
        """The present length.

        Raises:
            RefusedError: the kernel would cut ``queue`` short.
        """
        most = int(SOMAXCONN.read_text())
        if self.queue > most:
            raise RefusedError(
                f"a listen queue of {self.queue} is more than this machine allows: at most {most} "
                f"(net.core.somaxconn)"
            )
        return self.model_copy(update={"queue": (await self.read())["listen_queue"]})
