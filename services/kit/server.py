"""Runs one service: data port and control port on one uvloop, until SIGTERM or SIGINT."""

import asyncio
import gc
import os
import resource
import signal
import sys
import uuid
from typing import Any, Self

import uvloop
from aiohttp import web

from services.kit import structured_logs as logs
from services.kit.call_log import EachSecond
from services.kit.control import Control
from services.kit.data_port import DataPort
from services.kit.env import BadEnvironmentError, BindAddresses
from services.kit.live_settings import Live, SettingsError, from_environment
from services.kit.loop_lag import LoopLag
from services.kit.role import Role

_BAD_USAGE = 3


def run(kind: type[Role[Any]]) -> None:
    """Run a role as this process, until a signal stops it."""
    _raise_file_limit()
    try:
        place = BindAddresses.from_environment(kind.name)
        logs.configure(place.service)
        live = Live(from_environment(kind.settings, os.environ))
        _calm_collector()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(kind, place, live))
    except (BadEnvironmentError, SettingsError, OSError) as error:
        sys.stderr.write(f"{kind.name}: {error}\n")
        sys.exit(_BAD_USAGE)


async def _serve(kind: type[Role[Any]], place: BindAddresses, live: Live[Any]) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Service(kind, place, live):
        await stop.wait()


class Service:
    """A role with its two ports open, as an async context manager."""

    def __init__(self, kind: type[Role[Any]], place: BindAddresses, live: Live[Any]) -> None:
        self._kind = kind
        self._place = place
        self._live = live
        self._lag = LoopLag()
        self.boot = uuid.uuid4().hex

    async def __aenter__(self) -> Self:
        asyncio.get_running_loop().set_exception_handler(self._count_error)
        self.role = self._kind(self._place, self._live)
        await self.role.start()
        self.data = DataPort(self.role)
        await self.data.open()
        self._lag.start()
        self._seconds = EachSecond(self.role.call_logs())
        self._seconds.start()
        control = Control(self.role, self.data, self._lag, self.boot)
        self.control = web.AppRunner(control.app(), access_log=None, shutdown_timeout=1.0)
        await self.control.setup()
        await web.TCPSite(self.control, *self._place.control).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.data.close()
        await self.role.stop()
        self._seconds.stop()
        await self.control.cleanup()
        self._lag.stop()

    def _count_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is not None:
            self.role.counters.error(error)
        loop.default_exception_handler(context)


def _calm_collector() -> None:
    """Let the garbage collector run rarely, over what is young only.

    With its defaults (700, 10, 10) it stops the loop for up to 60 ms at 800 attempts/s: with hundreds of requests in
    flight there is much to walk and nothing to find. What is due meanwhile starts at once afterwards: a burst that
    the instrument made, not the storm.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 50)


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
