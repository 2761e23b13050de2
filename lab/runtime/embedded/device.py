"""What makes a local Toxiproxy the networking device: a finite queue, and a governor for its capacity."""

import asyncio
import signal
from pathlib import Path

from chaos.errors import ChaosError, RefusedError
from chaos.governor.governed import Governed
from chaos.listen_queue import set_listen_queue
from chaos.process.identity import send
from chaos.process.spawn import ProcessRecord, start_governor
from chaos.wait import WaitTimeoutError, wait_until
from lab.runtime.embedded.plan import StartPlan

GOVERNED_S = 5.0
"""So long a new governor may take to say something; on two busy cores Python takes a second to start."""

TOXIPROXY = "/toxiproxy"
"""Toxiproxy's path in its image: the first word of a device's command."""


def is_device(plan: StartPlan) -> bool:
    """Whether the lab limits this service's capacity and queue."""
    return plan.service.argv[0] == TOXIPROXY


async def limit_queue(plan: StartPlan, record: ProcessRecord) -> bool:
    """Give the data listener the queue that its ``somaxconn`` asks for; False where the kernel refuses."""
    queue, port = plan.service.listen_queue, plan.service.named_ports.get("data")
    if queue is None or port is None:
        return True
    try:
        await asyncio.to_thread(set_listen_queue, record.pid, plan.host, port, queue)
    except ChaosError:
        return False
    return True


async def govern(record: ProcessRecord, folder: Path, mark: str) -> ProcessRecord:
    """Start the governor; it limits nothing until it is asked to."""
    return await asyncio.to_thread(start_governor, record, folder, mark)


async def govern_again(record: ProcessRecord, folder: Path, mark: str) -> None:
    """Start another governor in the place of one that died; return when it is at work.

    Raises:
        RefusedError: it was not in time; it is ended, so that there are never two of them.
    """
    started = await govern(record, folder, mark)

    def at_work() -> bool:
        status = Governed(folder).status()
        return status is not None and status.pid == started.pid and status.state == "running"

    try:
        await wait_until(at_work, GOVERNED_S, f"a governor in {folder}", every_s=0.01)
    except WaitTimeoutError as late:
        send(started.pid, started.started_ticks, signal.SIGKILL)
        raise RefusedError(str(late)) from late
