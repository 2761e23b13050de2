"""Talking to a living ``lab up`` from another terminal."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from chaos.files import read_json
from chaos.process import is_alive
from chaos.wait import WaitTimeoutError, wait_until
from lab.session.runfolder import RunFolder, list_runs

DEADLINE_S = 30.0
END_S = 90.0


class Unreachable(Exception):  # noqa: N818  said of the lab, as in "the lab is unreachable"
    """No living lab, or it refused what was asked (exit code 3)."""


def living(root: Path) -> list[RunFolder]:
    """Runs whose lab listens."""
    return [run for run in list_runs(root) if run.socket.is_socket()]


def the_living(root: Path) -> RunFolder:
    """The one living lab, the newest if there are several.

    Raises:
        Unreachable: none lives.
    """
    runs = living(root)
    if not runs:
        raise Unreachable("no lab is up. Start one with `lab up` (or `make up`).")
    return runs[-1]


class Client:
    """Calls to one living lab."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401  JSON
        """One call; the answer's JSON.

        Raises:
            Unreachable: no answer in time, or the lab refused; the message says why.
        """
        try:
            async with (
                asyncio.timeout(DEADLINE_S),
                self._session() as session,
                session.request(method, f"http://lab{path}", json=body) as answer,
            ):
                said = await answer.json()
        except TimeoutError as late:
            raise Unreachable(f"the lab {self.run.name} did not answer within {DEADLINE_S:g} s") from late
        except (aiohttp.ClientError, OSError) as gone:
            raise Unreachable(f"the lab {self.run.name} does not answer ({gone}). Is it still up?") from gone
        if answer.status != 200:  # noqa: PLR2004  the one good answer
            raise Unreachable(said.get("error", f"the lab answered {answer.status}"))
        return said

    async def end(self) -> None:
        """Ask the lab to end, and wait until its process has rolled back, judged and gone.

        Raises:
            Unreachable: it did not end in time.
        """
        owner = read_json(self.run.path / "lease") or {}
        await self.call("POST", "/down")
        try:
            await wait_until(
                lambda: not is_alive(owner.get("pid", 0), owner.get("started_ticks", 0)),
                END_S,
                "the lab to end",
            )
        except WaitTimeoutError as late:
            raise Unreachable(f"{late}; its log is {self.run.path / 'lab.log'}") from late

    async def lines(self, path: str) -> AsyncIterator[str]:
        """A stream of lines, for as long as the lab sends them."""
        try:
            async with self._session() as session, session.get(f"http://lab{path}") as answer:
                async for line in answer.content:
                    yield line.decode(errors="replace").rstrip("\n")
        except (aiohttp.ClientError, OSError) as gone:
            raise Unreachable(f"the lab {self.run.name} went away: {gone}") from gone

    def _session(self) -> aiohttp.ClientSession:
        # A unix socket's path has at most 107 bytes; a relative one fits wherever the checkout lies.
        path = os.path.relpath(self.run.socket)
        short = min((str(self.run.socket), path), key=len)
        timeout = aiohttp.ClientTimeout(total=None, connect=DEADLINE_S)
        return aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(path=short), timeout=timeout, read_bufsize=2**22
        )
