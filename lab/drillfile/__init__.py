"""Drill files: YAML -> a frozen, typed Drill, or errors with file, line, key and the nearest valid one."""

from lab.drillfile.by_hand import read_step
from lab.drillfile.condition import Condition
from lab.drillfile.load import find_drill, load_drill
from lab.drillfile.model import Bridge, Drill, Expectation, Load, Phase, SteadyState, Step
from lab.drillfile.problems import DrillError, Problem
from lab.drillfile.registries import make

__all__ = [
    "Bridge",
    "Condition",
    "Drill",
    "DrillError",
    "Expectation",
    "Load",
    "Phase",
    "Problem",
    "SteadyState",
    "Step",
    "find_drill",
    "load_drill",
    "make",
    "read_step",
]
