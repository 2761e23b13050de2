"""A drill, step by step. Cancellation is the only way to stop it early; nothing here undoes after a crash.

What is in force when this returns or raises is rolled back by the session, from the ledger alone.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Literal, Protocol

from lab.analysis import Decision, Timeline, evaluate, watch
from lab.drillfile import Condition, Drill, Phase, Step
from lab.journal.events import CheckDecided

Role = Literal["steady-state", "abort-if", "until"]
SETTLE_S = 1.5
"""A request's cohort is final, and sampled, at most this long after its give-up time."""


class NotSteady(Exception):  # noqa: N818  the name of a state, not of a fault of ours
    """The steady state was not met in the baseline: nothing was applied."""


class Aborted(Exception):  # noqa: N818  the same
    """An ``abort-if`` condition was met."""


class Stage(Protocol):
    """What a runner asks of the living lab; the session satisfies it."""

    timeline: Timeline

    def now_s(self) -> float:
        """Seconds on the run's clock."""
        ...

    async def until(self, instant_s: float) -> None:
        """Wait for an instant of the run's clock."""
        ...

    def seconds(self) -> AsyncIterator[int]:
        """Each second of the run, after it was sampled."""
        ...

    def enter(self, phase: str, planned_s: float, because: str) -> None:
        """Journal that a phase begins."""
        ...

    def decided(self, check: CheckDecided) -> None:
        """Journal a decision."""
        ...

    async def start_load(self) -> None:
        """Start the arrivals."""
        ...

    async def stop_load(self) -> None:
        """Start no more arrivals; those in flight end."""
        ...

    async def step(self, step: Step) -> str:
        """Apply a step of the drill; the id to undo it by."""
        ...

    async def undo(self, action: str, by: str) -> None:
        """Undo one applied step."""
        ...

    async def roll_back(self) -> tuple[str, ...]:
        """Undo everything that is still in force; the ids of what could not be undone."""
        ...


async def run_drill(stage: Stage, drill: Drill) -> None:
    """Run ``drill`` on a living, calibrated lab.

    1. the load starts; the baseline is watched
    2. the steady state is decided; not met: nothing is applied
    3. each phase applies its steps, lasts, and undoes what was only for it
    4. everything is rolled back
    5. the load runs on until the last judged request has ended, then stops

    ``abort-if`` is watched from the first second to the last.

    Raises:
        NotSteady: the steady state was not met.
        Aborted: an abort condition was met.
    """
    try:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(_watch_aborts(stage, drill), name="abort-if")
            await _step_through(stage, drill)
            watching.cancel()
    except* (NotSteady, Aborted) as several:
        raise several.exceptions[0] from None


async def _step_through(stage: Stage, drill: Drill) -> None:
    await stage.start_load()
    begins_s = math.ceil(stage.now_s())
    await stage.until(begins_s)
    for phase in drill.phases:
        await _phase(stage, drill, phase, begins_s)
        begins_s += round(phase.planned_s)
        if phase.name == "baseline":
            await _sampled(stage, begins_s)
            _decide_steady(stage, drill)
    stage.enter("done", 0.0, "all phases ran")
    await stage.roll_back()
    await _last_requests(stage, begins_s, drill.load.give_up_s + SETTLE_S)
    await stage.stop_load()


async def _phase(stage: Stage, drill: Drill, phase: Phase, begins_s: float) -> None:
    stage.enter(phase.name, phase.planned_s, f"the drill plans {phase.planned_s:g} s")
    steps = [step for step in drill.method if step.phase == phase.name]
    applied = [(step, await stage.step(step)) for step in steps]
    await stage.until(begins_s + phase.planned_s)
    for step, action in reversed(applied):
        if step.when == "during":
            await stage.undo(action, by="runner")


async def _sampled(stage: Stage, second: int) -> None:
    async for sampled in stage.seconds():
        if sampled >= second:
            return


def _decide_steady(stage: Stage, drill: Drill) -> None:
    failed = []
    for probe in drill.steady_state.probes if drill.steady_state else ():
        decision = evaluate(stage.timeline, probe, final=False)
        stage.decided(_check(probe, "steady-state", decision))
        if decision.met is not True:
            failed.append(f"{probe} (measured: {_said(decision.measured)})")
    if failed:
        raise NotSteady("the steady state was not met, so nothing was applied: " + "; ".join(failed))


async def _watch_aborts(stage: Stage, drill: Drill) -> None:
    begun_s = stage.now_s()
    async for _second in stage.seconds():
        for condition in drill.abort_if:
            if stage.now_s() - begun_s < (condition.for_s or 0) + 1:
                continue  # what was before the drill, the calibration's closed loop for one, doesn't count
            decision = watch(stage.timeline, condition)
            if decision.met:
                stage.decided(_check(condition, "abort-if", decision))
                raise Aborted(f"abort-if {condition} was met (measured: {_said(decision.measured)})")


async def _last_requests(stage: Stage, end_s: int, most_s: float) -> None:
    """The load runs on until the last judged request has ended; what starts meanwhile is not judged."""
    async for _second in stage.seconds():
        rows = [row for row in stage.timeline.rows if row.second < end_s and row.phase is not None]
        if stage.now_s() >= end_s + most_s or not any(row.provisional for row in rows):
            return


def _check(condition: Condition, role: Role, decision: Decision) -> CheckDecided:
    return CheckDecided(
        name=condition.metric,
        role=role,
        condition=str(condition),
        measured=decision.measured,
        met=decision.met,
        because=decision.because,
    )


def _said(measured: float | None) -> str:
    return "nothing" if measured is None else f"{measured:.4g}"
