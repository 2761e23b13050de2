"""A drill to its verdict."""

from collections.abc import Callable
from pathlib import Path

from lab import aio
from lab.api.loop_thread import LoopThread
from lab.campaign import Aborting
from lab.drillfile import Drill
from lab.journal.events import Event
from lab.session import Result


def run(  # noqa: PLR0913  what a caller can ask for
    drill: str | Path | Drill,
    *,
    runtime: str = "auto",
    seed: int | None = None,
    rate: float | None = None,
    monitoring: str | None = None,
    out: str | Path | None = None,
    reruns: int = 0,
    on_event: Callable[[Event], None] | None = None,
) -> Result:
    """Run a drill to its verdict; everything that it did is rolled back, whatever happens.

    Args:
        drill: its name (``lab list``), its file, or ``drill.variant``.
        runtime: ``compose``, ``embedded``, or ``auto``: compose where a container engine answers.
        seed: of the arrivals; None: the drill's.
        rate: requests/s; None: the drill's.
        monitoring: how the shared monitoring plane sees main; None: as the drill says.
        out: a new folder for the run; None: one in ``LAB_HOME``, or in ``./.lab``.
        reruns: how often the run is repeated, 5 times at most, while instrument checks fail in it; each attempt has a
            folder and a journal of its own.
        on_event: gets each line of the journal as it is written, in the lab's thread: it must not block. What it
            raises ends only the listening.

    Returns:
        The result: ``verdict`` (pass, fail, inconclusive, with reasons and metrics), ``folder`` with journal and
        report, ``timeline`` with every second, ``error`` where it ended early. Of several attempts the
            last one's; ``verdict.rerun_of`` names the others.

    Raises:
        DrillError: there is no such drill, or it or a parameter is wrong.
        SetupError: nothing could be begun.
        RunFolderError: the run folder can't be written.
        KeyboardInterrupt: Ctrl-C; the run is rolled back and judged by then.
    """
    stops = Aborting()
    with LoopThread() as thread:
        return thread.call(
            aio.run(
                drill, runtime=runtime, seed=seed, rate=rate, monitoring=monitoring, out=out, reruns=reruns,
                on_event=on_event, stops=stops,
            ),
            stops.ask,
        )  # fmt: skip
