"""A game day as its journal has it: the scenario, the acts of people, the moments; and the run seen as a drill's.

An interactive lab has no phases. Those of a game follow from what the director did, so that whatever is judged of a
drill can be judged of a game by the same code:

    started ── baseline ── first step ── trigger ── last one undone ── aftermath ── retriggered ── retrigger ── recovery
"""

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from pydantic import ValidationError

from chaos.lab_error import LabError
from lab.analysis.timeline.row import ActionSpan, PhaseSpan
from lab.analysis.timeline.rows import Rows
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.model import Step, StepKind
from lab.drillfile.scenario import Scenario
from lab.journal.exercise_events import DIRECTOR, FACILITATOR, Act, act_of

if TYPE_CHECKING:
    from lab.drillfile.phase import PhaseRole

OF_THE_LAB = frozenset({DIRECTOR, FACILITATOR, "calibration", "drill", "rollback", "runner", "watchdog"})
"""Who changes a lab that is no responder."""


class GameError(LabError):
    """No game day was played in this run, or its scenario can't be read."""


@dataclass(frozen=True, slots=True)
class ActSpan:
    """Something that a person, or the director, did or said, at a run time."""

    at_s: float
    act: Act
    by: str
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Game:
    """A game as it was played; times of the run in s.

    Attributes:
        scenario: with what was sealed.
        view: the run as a drill's, with phases, and with what the director did as what hurts.
        acts: oldest first. ``moves``: what responders applied, oldest first.
        started_s, stopped_s: the game's span; a game that was cut short ends with its journal.
        resolved_s, again_s: when a team said that it is over, and when the trigger came again.
        complete: it was ended by a person or by its time, and not by the death of the lab.
    """

    scenario: Scenario
    view: Timeline
    acts: tuple[ActSpan, ...]
    moves: tuple[ActionSpan, ...]
    started_s: float
    stopped_s: float
    resolved_s: float | None
    again_s: float | None
    complete: bool

    @property
    def trigger_s(self) -> float | None:
        """When the first sealed step was active; None: nothing was wrong, or it never came so far."""
        return self.view.trigger_start_s

    @property
    def first_end_s(self) -> float:
        """Where what is judged of the first trigger ends."""
        return self.stopped_s if self.again_s is None else self.again_s

    @property
    def of_team(self) -> tuple[ActSpan, ...]:
        """What the team did or said: what the facilitator does is no act of theirs."""
        return tuple(one for one in self.acts if one.role not in {DIRECTOR, FACILITATOR})

    def first(self, act: Act, since_s: float | None = None) -> ActSpan | None:
        """The first such act of the team from a moment on."""
        return next((one for one in self.of_team if one.act == act and one.at_s >= (since_s or 0.0)), None)


def game_of(timeline: Timeline) -> Game:
    """The game that was played in a run.

    Raises:
        GameError: none was, or the journal is of another lab's scenarios.
    """
    if timeline.exercise is None:
        raise GameError("no game day was played in this run")
    try:
        scenario = Scenario.model_validate(timeline.exercise.scenario)
    except ValidationError as error:
        raise GameError(f"its scenario is not one that this lab reads: {error.errors()[0]['msg']}") from error
    acts = _acts(timeline)
    times = {
        act: [one.at_s for one in acts if one.act == act] for act in ("resolved", "retriggered", "stopped")
    }
    started_s = timeline.exercise.t
    stopped_s = times["stopped"][-1] if times["stopped"] else timeline.now_s
    again_s = next(iter(times["retriggered"]), None)
    view = _as_drill(timeline, scenario, (started_s, again_s, stopped_s))
    moves = tuple(
        one
        for one in view.actions.values()
        if one.applied_s is not None and one.kind != "setting" and one.by not in OF_THE_LAB
    )
    return Game(
        scenario=scenario,
        view=view,
        acts=acts,
        moves=tuple(sorted(moves, key=lambda one: one.applied_s or 0.0)),
        started_s=started_s,
        stopped_s=stopped_s,
        resolved_s=next(iter(times["resolved"]), None),
        again_s=again_s,
        complete=bool(times["stopped"]),
    )


def _acts(timeline: Timeline) -> tuple[ActSpan, ...]:
    found = ((act_of(note.kind), note) for note in timeline.notes)
    return tuple(
        ActSpan(note.t, act, note.by, note.role, note.text) for act, note in found if act is not None
    )


def _as_drill(timeline: Timeline, scenario: Scenario, span: tuple[float, float | None, float]) -> Timeline:
    """The run with phases, with its steps as a drill's method, and the director's changes as what hurts."""
    view = copy.copy(timeline)
    view.actions = {name: _hurting(one) for name, one in timeline.actions.items()}
    steps = tuple(_step(one) for one in view.actions.values() if one.kind != "setting")
    view.drill = scenario.drill.model_copy(update={"method": steps})
    view.phases = _phases(view, *span)
    view.done_s = span[2]
    view._rows = Rows(view.seconds)  # noqa: SLF001  the view is a timeline of this package
    return view


def _hurting(action: ActionSpan) -> ActionSpan:
    """A mitigation of the director's or the facilitator's is no help: it is part of what happens to the team."""
    ours = action.by in {DIRECTOR, FACILITATOR} and action.kind == "mitigation"
    return replace(action, kind="fault") if ours else action


def _step(action: ActionSpan) -> Step:
    kind = cast("StepKind", action.kind)
    return Step.model_construct(
        name=action.name, when="from", phase="", kind=kind, what=action.fault, target=action.target,
        params=action.params,
    )  # fmt: skip


def _phases(view: Timeline, started_s: float, again_s: float | None, stopped_s: float) -> list[PhaseSpan]:
    """What the director did, as phases one after the other; those that never began are left out."""
    ours = [one for one in view.actions.values() if one.by == DIRECTOR and one.applied_s is not None]
    border_s = stopped_s if again_s is None else again_s
    first = [one for one in ours if (one.intended_s or one.applied_s or 0.0) < border_s]
    again = [one for one in ours if one not in first]
    moments: list[tuple[float, PhaseRole]] = [(started_s, "baseline")]
    if first:
        moments.append((min(one.intended_s or one.applied_s or 0.0 for one in first), "trigger"))
        moments.append((_over_s(first, border_s), "aftermath"))
    if again_s is not None:
        moments.append((again_s, "retrigger"))
        moments.append((_over_s(again, stopped_s), "recovery"))
    ends = [at_s for at_s, _ in moments[1:]] + [stopped_s]
    return [
        PhaseSpan(role, end_s - at_s, at_s, end_s=end_s, role=role)
        for (at_s, role), end_s in zip(moments, ends, strict=True)
        if at_s < end_s or role == "baseline"
    ]


def _over_s(actions: list[ActionSpan], latest_s: float) -> float:
    """When the last of them was over; at the latest when what comes next begins."""
    ends = [latest_s if one.over_s is None else one.over_s for one in actions]
    return min(latest_s, max(ends, default=latest_s))
