"""Judgement: pure functions from journal events to rows, figures and a verdict. Can't touch the world."""

from lab.analysis.checks.restarts import deaths
from lab.analysis.conditions import evaluate, watch
from lab.analysis.decision import Decision
from lab.analysis.judge import judge
from lab.analysis.planes import PlaneRow, plane_rows
from lab.analysis.series import Series, series
from lab.analysis.summary import summarise
from lab.analysis.timeline import Timeline
from lab.analysis.verdict import Verdict, exit_code

__all__ = [
    "Decision",
    "PlaneRow",
    "Series",
    "Timeline",
    "Verdict",
    "deaths",
    "evaluate",
    "exit_code",
    "judge",
    "plane_rows",
    "series",
    "summarise",
    "watch",
]
