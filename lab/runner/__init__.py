"""Steps through the phases of a drill: what is applied when, and when to stop."""

from lab.runner.abort import Aborted, AbortedByHand, watch_aborts
from lab.runner.runner import NotSteady, run_drill
from lab.runner.stage import Stage

__all__ = ["Aborted", "AbortedByHand", "NotSteady", "Stage", "run_drill", "watch_aborts"]
