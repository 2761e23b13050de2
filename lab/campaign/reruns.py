"""Which runs are repeated: those that are inconclusive because an instrument check failed, and for nothing else."""

from lab.analysis.checks.steady import STEADY_STATE
from lab.analysis.verdict.verdict import EXIT, Finding
from lab.campaign.ran import ends_it
from lab.drillfile import DrillError
from lab.report.headline import doubts
from lab.session import Result

MOST_RERUNS = 5
"""What is still in doubt after so many is no bad luck: the machine is not fit for the drill."""


def checked_reruns(reruns: int) -> int:
    """How often a run may be repeated, as a caller asks for it.

    Raises:
        DrillError: that is out of range, or not a whole number.
    """
    if reruns not in range(MOST_RERUNS + 1):
        raise DrillError(f"reruns {reruns}: valid is a whole number from 0 to {MOST_RERUNS}")
    return int(reruns)


def why_again(result: Result) -> tuple[Finding, ...]:
    """The instrument checks that failed, where another attempt may judge what this one could not; else nothing.

    A run that came to no good end (aborted, interrupted, broken, not set up, not rolled back) is not repeated: that
    was asked for, or would come again. Nor is one in which the steady state did not hold: that is the system's doing.
    """
    completed = result.verdict.outcome == "completed" and result.exit_code == EXIT["inconclusive"]
    if ends_it(result) or not completed:
        return ()
    failed = doubts(result.verdict)
    return () if any(finding.name.startswith(STEADY_STATE) for finding in failed) else failed
