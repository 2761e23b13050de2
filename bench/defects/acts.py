"""What a stranger could do to a lab that runs: each makes a ``Live`` plant's act from how much and for how long.

An act lasts as long as it must and ends at once when the run is over; a process that it has stopped it continues.
"""

import asyncio
import resource
import socket
from asyncio import Event as Over
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import Any

import aiohttp

from bench.living import BRIDGE, CONTROL, DATA, PORTS, Living
from chaos.errors import ChaosError
from chaos.listen_queue import ListenQueueError, set_listen_queue
from chaos.toxic import Toxic
from chaos.wait import wait_until

Act = Callable[[Living, Over], Coroutine[Any, Any, None]]

STATE_S = 2.0
"""So long the governor may take to stop the bridge, or to let it run."""
STRANGE = Toxic(
    name="not-the-labs", type="latency", stream="downstream", attributes={"latency": 2000, "jitter": 0}
)
FEW_FILES = 8
"""File descriptors that a starved process has left."""
BRIDGE_PORT = 3128
BURST = 200
"""Connections made at once to a listener with hardly a queue."""


async def lasts(over: Over, seconds: float) -> bool:
    """Wait so long, or until the run is over; whether it goes on."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await over.wait()
    return not over.is_set()


def stopped(service: str, for_s: float) -> Act:
    """A process that does nothing for a while."""

    async def act(lab: Living, over: Over) -> None:
        await _held(lab, over, service, for_s)

    return act


def pulsed(service: str, held_s: float, every_s: float, for_s: float) -> Act:
    """A process that is held back again and again."""

    async def act(lab: Living, over: Over) -> None:
        for _ in range(round(for_s / every_s)):
            await _held(lab, over, service, held_s)
            if not await lasts(over, every_s - held_s):
                return

    return act


async def _held(lab: Living, over: Over, service: str, for_s: float) -> None:
    await lab.signal(service, "stop")
    try:
        await lasts(over, for_s)
    finally:
        with suppress(ChaosError, LookupError):  # it went with the run
            await lab.signal(service, "cont")


def killed(service: str) -> Act:
    """A process that dies."""

    async def act(lab: Living, _: Over) -> None:
        await lab.signal(service, "kill")

    return act


def governor_killed(*, while_stopped: bool) -> Act:
    """The bridge's governor dies while it holds the bridge back, or while it lets it run."""

    async def act(lab: Living, _: Over) -> None:
        await _bridge_is(lab, stopped=while_stopped)
        lab.signal_governor(SIGKILL)

    return act


def governor_stopped(for_s: float, *, while_stopped: bool | None = None) -> Act:
    """The governor does nothing for a while: the bridge stays as it is, held back or without a cap (None: either)."""

    async def act(lab: Living, over: Over) -> None:
        if while_stopped is not None:
            await _bridge_is(lab, stopped=while_stopped)
        lab.signal_governor(SIGSTOP)
        await lasts(over, for_s)
        with suppress(LookupError):  # it was replaced, or went with the run
            lab.signal_governor(SIGCONT)

    return act


async def _bridge_is(lab: Living, *, stopped: bool) -> None:
    """Wait for a moment in which the governor holds the bridge back, or lets it run: either lasts milliseconds."""
    await wait_until(
        lambda: lab.bridge_is_stopped() is stopped, STATE_S, f"the bridge with stopped={stopped}", every_s=0
    )


def governor_slack(share: float, for_s: float) -> Act:
    """The governor keeps the bridge stopped for this share of each second, so that it delivers that much less."""

    async def act(lab: Living, over: Over) -> None:
        for _ in range(round(for_s)):
            await governor_stopped(share, while_stopped=True)(lab, over)
            if not await lasts(over, 1 - share):
                return

    return act


def strange_toxic() -> Act:
    """Another user of the bridge's API adds two seconds of latency, and leaves it there."""

    async def act(lab: Living, _: Over) -> None:
        await (await lab.bridge()).add(BRIDGE, STRANGE)

    return act


def toxics_removed() -> Act:
    """Another user of the bridge's API removes what the lab has put there."""

    async def act(lab: Living, _: Over) -> None:
        bridge = await lab.bridge()
        for name in await bridge.toxics(BRIDGE):
            await bridge.remove(BRIDGE, name)

    return act


def capped(times: float | None) -> Act:
    """The bridge's CPU share is so many times what calibration found; None: it has no cap."""

    async def act(lab: Living, _: Over) -> None:
        await lab.cap(None if times is None else times * lab.capped_share())

    return act


def answers_after(service: str, milliseconds: float, workers: int) -> Act:
    """A service takes so long for an answer, with so many at once."""

    async def act(lab: Living, _: Over) -> None:
        await lab.change(service, service_time_ms=milliseconds, workers=workers)

    return act


def both(first: Act, second: Act) -> Act:
    """One after the other."""

    async def act(lab: Living, over: Over) -> None:
        await first(lab, over)
        await second(lab, over)

    return act


def queue_of(service: str, port: int, length: int) -> Act:
    """A listener's accept queue is another than before."""

    async def act(lab: Living, _: Over) -> None:
        pid, address = await lab.pid(service), await lab.address(service, DATA)
        host = address.rpartition(":")[0] if lab.runtime == "embedded" else "0.0.0.0"  # noqa: S104 - compared
        with suppress(
            ListenQueueError
        ):  # it reads the length back in this namespace, where a container's is not
            set_listen_queue(pid, host, port, length)

    return act


def overflowed(service: str) -> Act:
    """A service's accept queue is cut to one connection, and many come at once while it is held back."""

    async def act(lab: Living, over: Over) -> None:
        await queue_of(service, PORTS[DATA], 1)(lab, over)
        host, _, port = (await lab.address(service, DATA)).rpartition(":")
        await lab.signal(service, "stop")
        sockets = [socket.socket() for _ in range(BURST)]
        try:
            for one in sockets:
                one.setblocking(False)  # noqa: FBT003 - the standard library's
                one.connect_ex((host, int(port)))
            await lasts(over, 0.5)
        finally:
            for one in sockets:
                one.close()
            await lab.signal(service, "cont")

    return act


def few_files(service: str, for_s: float) -> Act:
    """A process may open only a few files more, for a while."""

    async def act(lab: Living, over: Over) -> None:
        pid = await lab.pid(service)
        usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        try:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (_open_files(pid) + FEW_FILES, usual[1]))
            await lasts(over, for_s)
        finally:
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)

    return act


def _open_files(pid: int) -> int:
    """The highest number of those that it has open: a limit is on numbers."""
    return max(int(file.name) for file in Path(f"/proc/{pid}/fd").iterdir())


def strange_requests(service: str, rps: int, for_s: float) -> Act:
    """Someone else sends requests, too."""

    async def act(lab: Living, over: Over) -> None:
        url = f"http://{await lab.address(service, DATA)}/"
        timeout = aiohttp.ClientTimeout(total=for_s)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as sent:
            for _ in range(round(rps * for_s)):
                sent.create_task(_get(session, url))
                if not await lasts(over, 1 / rps):
                    return

    return act


async def _get(session: aiohttp.ClientSession, url: str) -> None:
    with suppress(aiohttp.ClientError, TimeoutError, OSError):
        async with session.get(url) as answer:
            await answer.read()


def hammered(service: str, at_once: int, for_s: float) -> Act:
    """Someone asks a service for its metrics all the time: it has hardly any CPU left for its work."""

    async def act(lab: Living, over: Over) -> None:
        url = f"http://{await lab.address(service, CONTROL)}/metrics"
        async with aiohttp.ClientSession() as session:

            async def ask() -> None:
                while not over.is_set():
                    await _get(session, url)

            asking = [asyncio.create_task(ask()) for _ in range(at_once)]
            try:
                await lasts(over, for_s)
            finally:
                for one in asking:
                    one.cancel()
                await asyncio.gather(*asking, return_exceptions=True)

    return act
