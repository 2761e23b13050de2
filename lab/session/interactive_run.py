"""The run of a lab that people play with: the drill's configuration and load, until something else is asked for."""

from contextlib import suppress
from typing import TYPE_CHECKING

from lab.drillfile import Drill
from lab.journal.events import NoteWritten
from lab.probes.control import ControlError
from lab.session.permission import INTERACTIVE
from lab.session.plane_watch import PlaneWatch, configured
from lab.session.watch import Watch

if TYPE_CHECKING:
    from lab.session.host import Host


class InteractiveRun:
    """Recorded in the lab's own journal. A drill on the same lab ends it, and another one begins afterwards."""

    permissions = INTERACTIVE

    def __init__(self, host: "Host", drill: Drill) -> None:
        self.drill = drill
        self.watch = Watch()
        self._host = host
        self._planes = PlaneWatch(host.runtime, host.journal, host.recent.roles)
        self._kept = frozenset(intent.id for intent in host.changes.active())

    async def begin(self) -> None:
        """Apply the drill's configuration, start its load, ask the planes."""
        self._note(f"an interactive run begins, with the load and the configuration of {self.drill.name}")
        await self._planes.begin(configured(self._host.request.of(self.drill)), self.watch)
        for service, settings in self.drill.configuration.items():
            if settings:
                await self._host.changes.configure(service, settings, by="drill")
        await self._host.load.start(self.drill)

    async def end(self) -> tuple[str, ...]:
        """Stop the load and undo all that was applied; what could not be undone."""
        with suppress(ControlError):
            await self._host.load.stop()
        try:
            return await self._host.changes.roll_back(keep=self._kept)
        finally:
            await self.watch.end()
            await self._planes.end()
            self._note("the interactive run ends")

    def _note(self, text: str) -> None:
        self._host.write(NoteWritten(by="lab", role="session", kind="run", text=text))
