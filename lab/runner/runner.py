"""A drill, step by step. Cancellation is the only way to stop it early; nothing here undoes after a crash.

What is active when this returns or raises is rolled back by the session, from the ledger alone.
"""

import math

from chaos.lab_error import LabError
from lab.analysis import Decision, evaluate, watch
from lab.analysis.timeline.row import DONE
from lab.drillfile import Condition, Drill, Phase, PhaseRole
from lab.journal.events import PhaseEntered
from lab.runner.abort import check
from lab.runner.run_control import RunControl

BASELINE: PhaseRole = "baseline"
SETTLE_S = 1.5
"""A request's cohort is final, and sampled, at most this long after its give-up time."""


class NotSteady(LabError):  # noqa: N818  the name of a state, not of a fault of ours
    """The steady state was not met in the baseline: nothing was applied."""


async def run_drill(stage: RunControl, drill: Drill) -> None:
    """Run ``drill`` on a living, calibrated lab.

    1. the load starts; the baseline is watched
    2. the steady state is decided; not met: nothing is applied
    3. each phase applies its steps (a retrigger: the trigger's), lasts, and undoes what was only for it
    4. everything is rolled back; then the drill's own ``rollbacks`` are applied, for the time that the load runs on
    5. the load runs on until the last judged request has ended, then stops

    Raises:
        NotSteady: the steady state was not met.
    """
    await stage.start_load()
    begins_s = math.ceil(stage.now_s())
    await stage.until(begins_s)
    for phase, after in zip(drill.phases, (*drill.phases[1:], None), strict=True):
        await _phase(stage, drill, phase, begins_s)
        begins_s += round(phase.planned_s)
        if phase.role == BASELINE and (after is None or after.role != BASELINE):
            await _sampled(stage, begins_s)
            _decide_steady(stage, drill)
    stage.enter(PhaseEntered(phase=DONE, planned_s=0.0, because="all phases ran"))
    await stage.roll_back()
    for step in drill.rollbacks:
        await stage.step(step)
    await _last_requests(stage, begins_s, drill.load.patience_s + SETTLE_S)
    await stage.stop_load()


async def _phase(stage: RunControl, drill: Drill, phase: Phase, begins_s: float) -> None:
    because = f"the drill plans {phase.planned_s:g} s"
    stage.enter(
        PhaseEntered(
            phase=phase.name, planned_s=phase.planned_s, because=because, role=phase.role, clock=phase.clock
        )
    )
    applied = [(step, await stage.step(step)) for step in drill.steps(phase.name)]
    await stage.until(begins_s + phase.planned_s)
    for step, action in reversed(applied):
        if step.when == "during":
            await stage.undo(action, by="runner")


async def _sampled(stage: RunControl, second: int) -> None:
    async for sampled in stage.seconds():
        if sampled >= second:
            return


def _decide_steady(stage: RunControl, drill: Drill) -> None:
    probes = drill.steady_state.probes if drill.steady_state else ()
    decided = [(probe, evaluate(stage.timeline, probe, final=False)) for probe in probes]
    decided += [_healthy(stage, url) for url in drill.abort_if if url.url is not None]
    for condition, decision in decided:
        stage.decided(check(condition, "steady-state", decision))
    failed = [f"{c} ({d.because})" for c, d in decided if d.met is not True]
    if failed:
        raise NotSteady("the steady state was not met, so nothing was applied: " + "; ".join(failed))


def _healthy(stage: RunControl, failing: Condition) -> tuple[Condition, Decision]:
    """A URL that must stay healthy must be so to begin with: its newest answer counts, without patience."""
    healthy = failing.model_copy(update={"value": 0.0, "text": "false", "for_s": None})
    return healthy, watch(stage.timeline, healthy)


async def _last_requests(stage: RunControl, end_s: int, most_s: float) -> None:
    """The load runs on until the last judged request has ended; what starts meanwhile is not judged."""
    async for _second in stage.seconds():
        rows = [row for row in stage.timeline.rows if row.second < end_s and row.phase is not None]
        if stage.now_s() >= end_s + most_s or not any(row.provisional for row in rows):
            return
