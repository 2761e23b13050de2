"""End the local processes of a run when no owner is left to do it. It has no inverse."""

import signal
from typing import Literal

from chaos.actions.action import BaseAction, Reading
from chaos.process.identity import of_run, send
from chaos.wait import WaitTimeoutError, wait_until


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
            await wait_until(self.is_active, self.grace_s, "processes to end")
        except WaitTimeoutError:
            await wait_until(
                self._kill, self.deadline_s - self.grace_s, f"the processes of {self.run} to be gone"
            )

    async def _kill(self) -> bool:
        self._send(signal.SIGKILL)
        return await self.is_active()

    def _send(self, number: signal.Signals) -> None:
        for pid, ticks in of_run(self.run):
            send(pid, ticks, number)

    async def read(self) -> Reading:
        """The pids that are left."""
        return {"pids": [pid for pid, _ in of_run(self.run)]}

    def shows(self, reading: Reading) -> bool:
        """None is left."""
        return not reading["pids"]

    def __str__(self) -> str:
        return f"processes of {self.run}"
