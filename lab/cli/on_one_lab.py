"""Several runs on one living lab, each with its view, from a command line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from rich.console import Console

from chaos.errors import ChaosError
from lab.cli.exits import Exit
from lab.cli.interrupts import interruptible
from lab.cli.viewing import Viewing
from lab.drillfile import Drill
from lab.journal import JournalError
from lab.probes.control import ControlError
from lab.runner import Aborted, Interrupted
from lab.runs.folder import RunFolderError
from lab.runtime.base import SetupError
from lab.runtime.slots import measuring_now
from lab.session import Host, Request, Result, RunFolder, create_run_folder, open_host

EARLY = (
    asyncio.CancelledError,
    Interrupted,
    Aborted,
    SetupError,
    ChaosError,
    ControlError,
    JournalError,
    RunFolderError,
)
"""Ways in which a series of runs can end before its end; by then everything is rolled back, as far as it can be."""


def say_end(console: Console, early: BaseException) -> Exit:
    """Say what ended a series of runs early, and which exit code that is."""
    if isinstance(early, asyncio.CancelledError | Interrupted):
        console.print("interrupted; everything was rolled back")
        return Exit.INTERRUPTED
    console.print(str(early), markup=False, highlight=False, soft_wrap=True)
    if isinstance(early, Aborted):
        return Exit.INCONCLUSIVE
    return Exit.NO_SETUP if isinstance(early, SetupError) else Exit.BROKEN


@dataclass(frozen=True, slots=True)
class OneLab:
    """A living lab that runs drills, one after the other, and shows them where a terminal can be drawn over."""

    host: Host
    console: Console

    async def run(self, drill: Drill, folder: RunFolder, doing: str) -> Result:
        """Run a drill to its verdict; ``doing`` is what `lab status` says meanwhile.

        Raises:
            SetupError: the lab did not come to rest after the run before.
            ChaosError: something could not be undone.
        """
        self.host.doing = doing
        # A log would get hundreds of lines; there the result's line is enough.
        shown = self.console if self.console.is_terminal else Console(quiet=True)
        viewing = Viewing(shown, drill, self.host.request.runtime, folder)
        async with viewing.showing():
            return await self.host.run(drill, folder, viewing.tell, viewing.timeline)


@asynccontextmanager
async def one_lab(asked: Request, name: str, console: Console) -> AsyncIterator[OneLab]:
    """Bring a lab up and calibrate it, in view; Ctrl-C, SIGTERM and `lab abort` roll back and take it down.

    Args:
        asked: runtime, and a drill whose bridge, load and profiles are those of all runs.
        name: of the lab's own run folder.
        console: where it is shown.

    Raises:
        SetupError: it could not be brought up.
        AbortedByUser: somebody asked for its end.
    """
    folder = create_run_folder(asked.home, name, asked.out)
    viewing = Viewing(console, asked.drill, asked.runtime, folder)
    if (holder := measuring_now()) is not None:
        viewing.say(f"waiting for its turn: {holder} measures on this machine")
    with interruptible(viewing.say) as stop:
        async with AsyncExitStack() as stack:
            opening = open_host(replace(asked, purpose="series"), folder, stop, viewing.hear)
            async with viewing.showing():
                host = await stack.enter_async_context(opening)
            yield OneLab(host, console)
