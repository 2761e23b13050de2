"""Talking to a living run from another terminal."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from chaos.lab_error import LabError
from chaos.process.files import read_json
from chaos.process.identity import is_alive
from chaos.wait import WaitTimeoutError, wait_until
from lab.journal import read
from lab.journal.events import RunClosed
from lab.remote.socket_path import short_path
from lab.runs.folder import RunFolder, find_run, list_runs
from lab.runs.recover import abandoned

FACILITATOR_HEADER = "X-Lab-Facilitator"
FACILITATOR_VARIABLE = "LAB_FACILITATOR"
"""Carries the token that opens a sealed exercise (`lab gameday key`), so that every command is the facilitator's."""
DEADLINE_S = 30.0
END_S = 90.0
KNOCK_S = 2.0
ROLLBACK_FAILED = 500
"""The status of an answer to an undo that failed: the lab's own trouble, not the caller's."""


class RollbackFailed(LabError):  # noqa: N818  said of what was asked for
    """The lab could not undo something; the message says what (exit code 5)."""


class Unreachable(LabError):  # noqa: N818  said of the lab, as in "the lab is unreachable"
    """No living lab, or it refused what was asked (exit code 3)."""


def living(home: Path) -> list[RunFolder]:
    """Runs that listen: labs of ``lab up``, and drills that run."""
    return [run for run in list_runs(home) if listens(run)]


def the_living(home: Path, name: str | None = None) -> RunFolder:
    """The one living run, by its name or folder, or else the newest: an interactive lab before a drill.

    Raises:
        Unreachable: it does not live, or none does.
        UnknownRunError: there is no run of this name.
    """
    if name is not None:
        run = find_run(home, name)
        if not listens(run):
            raise Unreachable(f"the run {run.name} is over: nothing listens in {run.path}")
        return run
    runs = sorted(living(home), key=lambda run: (run.interactive, run.name))
    if not runs:
        raise Unreachable(
            f"no lab is up in {home}. Start one with `lab up` (or `make up`); one that was started elsewhere is named "
            f"by `--run FOLDER`, or found from there.{waits_for_recovery(home)}"
        )
    return runs[-1]


def waits_for_recovery(home: Path) -> str:
    """A sentence about runs that were killed with their watchdog, so that what they started is still there."""
    names = ", ".join(run.name for run in abandoned(home))
    return f" What was killed and waits for `lab recover`: {names}." if names else ""


def listens(run: RunFolder) -> bool:
    """Whether someone is behind a run's socket: one that was killed leaves its socket behind."""
    if not run.socket.is_socket():
        return False
    with socket.socket(socket.AF_UNIX) as knock, short_path(run.socket) as path:
        knock.settimeout(KNOCK_S)
        try:
            knock.connect(path)
        except OSError:
            return False
    return True


class LabClient:
    """Calls to one living lab."""

    def __init__(self, run: RunFolder, headers: Mapping[str, str] | None = None) -> None:
        """``headers`` go with every call; default: the token of a game day's facilitator, where the shell has one."""
        self.run = run
        token = os.environ.get(FACILITATOR_VARIABLE)
        self._headers = dict(headers if headers is not None else {FACILITATOR_HEADER: token} if token else {})

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
        if answer.status == ROLLBACK_FAILED:
            raise RollbackFailed(said["error"])
        if answer.status != 200:  # noqa: PLR2004  the one good answer
            raise Unreachable(said.get("error", f"the lab answered {answer.status}"))
        return said

    async def abort(self, reason: str) -> bool:
        """Ask the run to roll back and end. False: that was under way already.

        Raises:
            Unreachable: no answer in time.
        """
        return bool((await self.call("POST", "/abort", {"reason": reason}))["first"])

    async def ended(self) -> RunClosed | None:
        """Wait until a run that was asked to end has rolled back; how it ended. None: it was killed meanwhile.

        Raises:
            Unreachable: it did not end in time.
        """
        try:
            await wait_until(
                lambda: not listens(self.run), END_S, f"{self.run.name} to roll back", every_s=0.2
            )
        except WaitTimeoutError as late:
            raise Unreachable(f"{late}; what it does is in {self.run.journal}") from late
        return read(self.run.journal).closed

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
                if answer.status != 200:  # noqa: PLR2004  the one good answer
                    raise Unreachable((await answer.json()).get("error", f"the lab answered {answer.status}"))
                async for line in answer.content:
                    yield line.decode(errors="replace").rstrip("\n")
        except (aiohttp.ClientError, OSError) as gone:
            raise Unreachable(f"the lab {self.run.name} went away: {gone}") from gone

    async def events(self, after: int = -1) -> AsyncIterator[str]:
        """The lab's journal from the line after ``seq`` = ``after`` to its last one, and what is provisional.

        A stream that the lab ended because this side was too slow is taken up where it ended.

        Raises:
            Unreachable: the lab went away.
        """
        ended = False
        while not ended:
            seen = after
            async for line in self.lines(f"/events?after={after}"):
                event = json.loads(line)
                after, ended = max(after, event["seq"]), event["type"] == "run.closed"
                yield line
            if after == seen:  # nothing more to come
                return

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[aiohttp.ClientSession]:
        timeout = aiohttp.ClientTimeout(total=None, connect=DEADLINE_S)
        with short_path(self.run.socket) as path:
            connector = aiohttp.UnixConnector(path=path)
            async with aiohttp.ClientSession(
                connector=connector, timeout=timeout, read_bufsize=2**22, headers=self._headers
            ) as session:
                yield session
