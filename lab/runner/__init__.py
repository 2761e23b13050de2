"""Steps through the phases of a drill: what is applied when, and when to stop."""

from lab.runner.abort import Aborted, AbortedByUser, Interrupted, watch_aborts
from lab.runner.run_control import RunControl
from lab.runner.runner import NotSteady, run_drill

__all__ = ["Aborted", "AbortedByUser", "Interrupted", "NotSteady", "RunControl", "run_drill", "watch_aborts"]
