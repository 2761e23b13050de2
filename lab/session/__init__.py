"""The owner of a living lab: brought up, run on, called from other terminals, and taken down.

    async with open_host(request, folder, stop, listener) as host:      a living, calibrated lab
        result = await host.run(drill, run_folder, listener)            as often as wanted, one after the other
    result = await run_once(request, folder, timeline, stop, listener)  a drill that has a lab to itself

An interactive lab (``Request(..., purpose="interactive")``) has the drill's load on and takes orders (``host.changes``)
until ``host.run`` is called, and again afterwards.
"""

from lab.remote.client import LabClient, Unreachable, living, the_living
from lab.remote.logs import Logs, open_logs
from lab.runs.folder import (
    RunFolder,
    RunFolderError,
    UnknownRunError,
    create_run_folder,
    find_run,
    list_runs,
    prune,
)
from lab.runs.recover import Recovered, abandoned, open_runs, recover
from lab.runs.strays import Stray, find_strays
from lab.session.bring_up import open_host
from lab.session.host import Host
from lab.session.judged import Result, judge_folder, judge_run
from lab.session.permission import Permission
from lab.session.request import Request, known_modes, known_services
from lab.session.requirements import OtherLabError
from lab.session.rest import DiedError, NotAtRestError
from lab.session.run_once import run_once
from lab.session.stop import Stop
from lab.session.taken_over import TAKEN_OVER, ended_by_watchdog

__all__ = [
    "TAKEN_OVER",
    "DiedError",
    "Host",
    "LabClient",
    "Logs",
    "NotAtRestError",
    "OtherLabError",
    "Permission",
    "Recovered",
    "Request",
    "Result",
    "RunFolder",
    "RunFolderError",
    "Stop",
    "Stray",
    "UnknownRunError",
    "Unreachable",
    "abandoned",
    "create_run_folder",
    "ended_by_watchdog",
    "find_run",
    "find_strays",
    "judge_folder",
    "judge_run",
    "known_modes",
    "known_services",
    "list_runs",
    "living",
    "open_host",
    "open_logs",
    "open_runs",
    "prune",
    "recover",
    "run_once",
    "the_living",
]
