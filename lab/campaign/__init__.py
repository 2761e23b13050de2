"""Several runs for one question: variants, repetitions, a tournament, a search, the ways of monitoring.

Each takes what is asked for (``lab.session.Request``), how its end can be asked for (:mod:`lab.campaign.stops`) and a
listener (:mod:`lab.campaign.reports`), and gives back results. Nothing here prints or knows an exit code.
"""

from lab.campaign.catalog import all_drills, all_plans, named, open_drill, open_plan, read_drill
from lab.campaign.monitoring_ways import watch_each_way, ways
from lab.campaign.narrow import narrow
from lab.campaign.one_lab import OneLab, one_lab
from lab.campaign.ran import EARLY, Ran
from lab.campaign.reports import (
    LabOpens,
    LabReady,
    Planned,
    PointFound,
    Recorded,
    Report,
    ReportListener,
    RunBegins,
    RunEnds,
    RunsAgain,
)
from lab.campaign.reruns import MOST_RERUNS, checked_reruns, why_again
from lab.campaign.runs_alone import run_alone, run_often, run_until_judged
from lab.campaign.search import find_tipping
from lab.campaign.stops import Aborting, Stops
from lab.campaign.tournament import Played, play, played_seeds, results, standing, write
from lab.campaign.tournament_folder import TournamentFolder, open_tournament, planned_s
from lab.campaign.variants import run_variants

__all__ = [
    "EARLY",
    "MOST_RERUNS",
    "Aborting",
    "LabOpens",
    "LabReady",
    "OneLab",
    "Planned",
    "Played",
    "PointFound",
    "Ran",
    "Recorded",
    "Report",
    "ReportListener",
    "RunBegins",
    "RunEnds",
    "RunsAgain",
    "Stops",
    "TournamentFolder",
    "all_drills",
    "all_plans",
    "checked_reruns",
    "find_tipping",
    "named",
    "narrow",
    "one_lab",
    "open_drill",
    "open_plan",
    "open_tournament",
    "planned_s",
    "play",
    "played_seeds",
    "read_drill",
    "results",
    "run_alone",
    "run_often",
    "run_until_judged",
    "run_variants",
    "standing",
    "watch_each_way",
    "ways",
    "why_again",
    "write",
]
