"""Steps through the phases of a drill: what is applied when, and when to stop."""

from lab.runner.runner import Aborted, NotSteady, Stage, run_drill

__all__ = ["Aborted", "NotSteady", "Stage", "run_drill"]
