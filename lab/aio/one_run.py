"""A drill to its verdict, awaited."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from lab.campaign import Aborting, Recorded, Report, Stops, checked_reruns, run_until_judged
from lab.campaign.asked import asked, one_run
from lab.drillfile import Drill
from lab.journal.events import Event
from lab.session import Result


async def run(  # noqa: PLR0913  what a caller can ask for
    drill: str | Path | Drill,
    *,
    runtime: str = "auto",
    seed: int | None = None,
    rate: float | None = None,
    monitoring: str | None = None,
    out: str | Path | None = None,
    reruns: int = 0,
    on_event: Callable[[Event], None] | None = None,
    stops: Stops | None = None,
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
        on_event: gets each line of the journal as it is written, in the lab's loop: it must not block. What it raises
            ends only the listening.
        stops: how the end can be asked for; None: by cancelling.

    Returns:
        The result: ``verdict`` (pass, fail, inconclusive, with reasons and metrics), ``folder`` with journal and
        report, ``timeline`` with every second, ``error`` where it ended early. Of several attempts the
            last one's; ``verdict.rerun_of`` names the others.

    Raises:
        DrillError: there is no such drill, or it or a parameter is wrong.
        SetupError: nothing could be begun.
        RunFolderError: the run folder can't be written.
        CancelledError: the caller was cancelled; the run is rolled back and judged by then.
    """
    most = checked_reruns(reruns)
    request = one_run(asked(drill, runtime=runtime, seed=seed, rate=rate, monitoring=monitoring, out=out))

    def listen(report: Report) -> None:
        if on_event is not None and isinstance(report, Recorded):
            on_event(report.event)

    *_, result = await run_until_judged(request, most, stops or Aborting(), listen)
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
    return result
