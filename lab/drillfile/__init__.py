"""Drill files: YAML -> a frozen, typed Drill, or errors with file, line, key and the nearest valid one."""

from lab.drillfile.condition import Condition
from lab.drillfile.interactive import fault_of, read_step
from lab.drillfile.load_model import Customer, Load
from lab.drillfile.model import Bridge, Drill, Expectation, Search, SteadyState, Step
from lab.drillfile.phase import Phase, PhaseRole
from lab.drillfile.plan import Field, Plan, PlannedCell
from lab.drillfile.policy_file import policy_text
from lab.drillfile.problems import DrillError, Problem
from lab.drillfile.read_drill import find_drill, load_drill
from lab.drillfile.read_plan import is_plan, load_plan
from lab.drillfile.registries import known, make

__all__ = [
    "Bridge",
    "Condition",
    "Customer",
    "Drill",
    "DrillError",
    "Expectation",
    "Field",
    "Load",
    "Phase",
    "PhaseRole",
    "Plan",
    "PlannedCell",
    "Problem",
    "Search",
    "SteadyState",
    "Step",
    "fault_of",
    "find_drill",
    "is_plan",
    "known",
    "load_drill",
    "load_plan",
    "make",
    "policy_text",
    "read_step",
]
