"""The lab as a library: a drill to its verdict, or a living lab to play with. ``lab.aio`` has the same with ``await``.

    from lab import open_lab, run

    result = run("smoke", runtime="embedded")
    with open_lab() as lab:
        fault = lab.fault("latency", latency="3000 ms", stream="downstream")
        lab.undo(fault)

Each call has its loop in a thread of its own, so it works in a notebook, too. Ctrl-C ends what runs, rolls it back,
and is raised again.
"""

from chaos.lab_error import LabError
from lab.api.one_run import run
from lab.api.sync_lab import Lab, open_lab
from lab.drillfile import DrillError
from lab.journal.events import Event
from lab.runs.folder import RunFolderError
from lab.runtime.base import SetupError
from lab.session import Result, Unreachable
from lab.session.lab_figures import LabFigures

__all__ = [
    "DrillError",
    "Event",
    "Lab",
    "LabError",
    "LabFigures",
    "Result",
    "RunFolderError",
    "SetupError",
    "Unreachable",
    "open_lab",
    "run",
]
