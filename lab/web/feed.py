"""Follows the living lab and sends its viewers what changed, at most once a second; one lab after the other.

A batch goes out when a second's burst of samples is over, so that counters are at most a second old.
"""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from lab.journal.events import EVENT
from lab.probes import Ticker
from lab.remote.client import LabClient, Unreachable, the_living
from lab.report.words import clean
from lab.runs.folder import RunFolder, UnknownRunError, list_runs
from lab.session import known_services
from lab.topology.roles import Roles
from lab.web.ending import ended, judged, report_url
from lab.web.live_run import LiveRun
from lab.web.message import Place, encoded
from lab.web.viewers import Viewers

BETWEEN_S = 0.9
"""At least so long between two batches: samples come once a second, and not exactly so."""
QUIET_S = 0.08
"""A burst of samples is over when nothing has come for so long; it is waited for `MOST_BURST_S` at most."""
MOST_BURST_S = 0.3
LOOK_EVERY_S = 1.0
"""How often what the lab is at is asked, and, where none is up, whether one has come."""
TURN = 200
"""Events after which others have a turn of the loop: a browser does not wait for a long journal."""
MEASURED = {"state": "measured", "permissions": ["abort"]}
"""What a run of its own is at, and permits: nothing but its end."""


class Feed:
    """What the page shows now.

    Args:
        home: where runs are.
        name: the run to follow, and no other; None: the one that lives, and the next one after it.
        viewers: who gets it.

    Attributes:
        name: see above.
        folder: of the run that is followed, or was last; None: there was none yet.
        live: the same, as far as it is known.
        state: what the lab is at and permits, as it says.
        begun: the drills that were begun from here, by the name of their run.
    """

    def __init__(self, home: Path, name: str | None, viewers: Viewers) -> None:
        self.home = home
        self.viewers = viewers
        self.folder: RunFolder | None = None
        self.live: LiveRun | None = None
        self.state: dict[str, Any] = {}
        self.begun: list[str] = []
        self.name = name
        self._last: list[bytes] = []
        self._judging: asyncio.Task[None] | None = None
        self._arrived = 0
        self._ticker = Ticker(time.monotonic)

    @property
    def is_living(self) -> bool:
        """Whether the run that is shown goes on."""
        return self.live is not None and not self._last

    @property
    def client(self) -> LabClient:
        """For orders to the lab.

        Raises:
            Unreachable: none is up.
        """
        if self.folder is None or not self.is_living:
            raise Unreachable("no lab is up. Start one with `lab up` (or `make up`)")
        return LabClient(self.folder)

    @property
    def roles(self) -> Roles:
        """Of the lab that is followed."""
        return known_services() if self.live is None else self.live.timeline.roles

    async def follow_forever(self) -> None:
        """Follow a lab to its end, then the next one."""
        try:
            while True:
                if (folder := self._found()) is not None:
                    await self._follow(folder)
                await self._ticker.until(time.monotonic() + LOOK_EVERY_S)
        finally:
            if self._judging is not None:
                self._judging.cancel()

    def _found(self) -> RunFolder | None:
        """Another lab than the one that was followed to its end."""
        with suppress(Unreachable, UnknownRunError):
            found = the_living(self.home, self.name)
            seen_all = self.live is not None and self.live.timeline.closed is not None
            return None if seen_all and self.folder is not None and found.path == self.folder.path else found
        return None

    def catch_up(self, seen: Place | None) -> list[bytes]:
        """Messages for a viewer who comes; one who listens from now on misses nothing."""
        if self.live is None or self.live.timeline.run is None:
            return []
        return [*self.live.catch_up(seen), self._state_message(), *self._last]

    def _state_message(self) -> bytes:
        runs = list_runs(self.home) if self.begun else []
        reports = {
            run.name: report_url(run) for run in runs if run.name in self.begun and run.report.is_file()
        }
        drills = [{"run": name, "report": reports.get(name)} for name in self.begun]
        at = "" if self.live is None else str(self.live.at)
        return encoded("state", {**self.state, "drills": drills}, at)

    async def _follow(self, folder: RunFolder) -> None:
        if self._judging is not None:
            self._judging.cancel()
        self.folder, self.live, self._last, self.begun = folder, LiveRun(clean(folder.name)), [], []
        self.state = {} if folder.interactive else MEASURED
        said = await self._to_its_end(folder, self.live)
        self.viewers.send(self.live.take())
        end = ended(self.live.timeline, said)
        self._end(end)
        self._judging = asyncio.create_task(self._say_judged(folder, end))

    async def _say_judged(self, folder: RunFolder, end: dict[str, Any]) -> None:
        """The verdict, when it is there; meanwhile the next lab may come."""
        if (found := await judged(folder)) is not None and self.folder == folder:
            self._end(end | found)

    def _end(self, data: dict[str, Any]) -> None:
        at = "" if self.live is None else str(self.live.at)
        message = encoded("closed", data, at)
        self._last = [message]
        self.viewers.send([message])

    async def _listen(self, folder: RunFolder, live: LiveRun) -> str:
        """Feed everything to the end; why it ended, where the journal does not say."""
        try:
            async for line in LabClient(folder).events():
                live.feed(EVENT.validate_json(line))
                self._arrived += 1
                if live.seq == 0:
                    self.viewers.send(self.catch_up(None))
                if self._arrived % TURN == 0:
                    await self._ticker.until(0)
        except Unreachable as gone:
            return str(gone)
        return ""

    async def _to_its_end(self, folder: RunFolder, live: LiveRun) -> str:
        """Listen, and beside it send batches and ask what the lab is at: they end only by an error, which is ours."""
        listening = asyncio.create_task(self._listen(folder, live))
        tasks: list[asyncio.Task[Any]] = [listening, asyncio.create_task(self._send_batches())]
        if folder.interactive:
            tasks.append(asyncio.create_task(self._ask_state(folder)))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for failed in tasks[1:]:
                if failed.done():
                    failed.result()
            return listening.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_batches(self) -> None:
        sent = self._arrived
        while self.live is not None:
            if self._arrived != sent:
                await self._burst_over()
                sent = self._arrived
                self.viewers.send(self.live.take())
                await self._pause(BETWEEN_S - QUIET_S)
            await self._pause(QUIET_S)

    async def _burst_over(self) -> None:
        until, seen = time.monotonic() + MOST_BURST_S, -1
        while seen != self._arrived and time.monotonic() < until:
            seen = self._arrived
            await self._pause(QUIET_S)

    async def _ask_state(self, folder: RunFolder) -> None:
        client, sent = LabClient(folder), b""
        while True:
            with suppress(Unreachable):
                self.state = await client.call("GET", "/state")
            if (message := self._state_message()) != sent:
                self.viewers.send([message])
                sent = message
            await self._pause(LOOK_EVERY_S)

    async def _pause(self, seconds: float) -> None:
        await self._ticker.until(time.monotonic() + seconds)
