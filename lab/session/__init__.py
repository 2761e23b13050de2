"""The owner of a living lab: opened, run, called from other terminals, and taken down."""

from lab.remote.client import Client, Unreachable, living, the_living
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
from lab.session.background import start_in_background
from lab.session.interrupts import interruptible
from lab.session.request import Request, known_modes, known_services
from lab.session.run import Result, judge_folder, judge_run, run_once
from lab.session.series import NotAtRestError, Series, open_series
from lab.session.session import Session
from lab.session.stop import Stop
from lab.session.tournament import TournamentFolder, open_tournament, planned_s

__all__ = [
    "Client",
    "Logs",
    "NotAtRestError",
    "Recovered",
    "Request",
    "Result",
    "RunFolder",
    "RunFolderError",
    "Series",
    "Session",
    "Stop",
    "Stray",
    "TournamentFolder",
    "UnknownRunError",
    "Unreachable",
    "abandoned",
    "create_run_folder",
    "find_run",
    "find_strays",
    "interruptible",
    "judge_folder",
    "judge_run",
    "known_modes",
    "known_services",
    "list_runs",
    "living",
    "open_logs",
    "open_runs",
    "open_series",
    "open_tournament",
    "planned_s",
    "prune",
    "recover",
    "run_once",
    "start_in_background",
    "the_living",
]
