"""Ending a drill before its end: because a condition under ``abort-if`` was met, or because someone says so.

Both cancel whatever the drill is at, and what is active is rolled back by the session; then the reason is reported.
"""

from typing import Literal

from chaos.lab_error import LabError
from lab.analysis import Decision, watch
from lab.drillfile import Drill
from lab.drillfile.condition import Condition
from lab.journal.events import CheckDecided
from lab.runner.run_control import RunControl

Role = Literal["steady-state", "abort-if"]


class Aborted(LabError):  # noqa: N818  the name of a state, not of a fault of ours
    """The drill was ended before its end; the text says why."""


class AbortedByUser(Aborted):
    """A person asked for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"aborted by the user: {reason}" if reason else "aborted by the user")


class Interrupted(LabError):  # noqa: N818  the name of a state, not of a fault of ours
    """A signal, or the end of the program that called, ended the run."""


async def watch_aborts(stage: RunControl, drill: Drill) -> None:
    """Decide every ``abort-if`` condition anew each second, for as long as this is awaited.

    Raises:
        Aborted: one was met.
    """
    async for _second in stage.seconds():
        for condition in drill.abort_if:
            decision = watch(stage.timeline, condition)
            if decision.met:
                stage.decided(check(condition, "abort-if", decision))
                raise Aborted(f"abort-if was met: {condition} ({decision.because})")


def check(condition: Condition, role: Role, decision: Decision) -> CheckDecided:
    """A decision as the journal has it."""
    return CheckDecided(
        name=condition.metric,
        role=role,
        condition=str(condition),
        measured=decision.measured,
        met=decision.met,
        because=decision.because,
    )
