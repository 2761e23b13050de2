"""Judgement: pure functions from journal events to rows, figures and a verdict. Can't touch the world."""

from lab.analysis.checks.restarts import deaths
from lab.analysis.planes import PlaneRow, plane_rows
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.conditions import evaluate, watch
from lab.analysis.verdict.decision import Decision
from lab.analysis.verdict.judge import judge
from lab.analysis.verdict.repeats import RepeatedVerdict, are_last, series
from lab.analysis.verdict.summary import summarise
from lab.analysis.verdict.verdict import Verdict, exit_code

__all__ = [
    "Decision",
    "PlaneRow",
    "RepeatedVerdict",
    "Timeline",
    "Verdict",
    "are_last",
    "deaths",
    "evaluate",
    "exit_code",
    "judge",
    "plane_rows",
    "series",
    "summarise",
    "watch",
]
