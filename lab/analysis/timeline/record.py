"""What a run left behind, as it came: raw samples by source, phases and actions with their real times."""

from dataclasses import replace

from pydantic import ValidationError

from chaos.traits import NONE
from lab.analysis.timeline.row import DONE, ActionSpan, PhaseSpan
from lab.analysis.timeline.watched import Watched
from lab.drillfile.model import Drill
from lab.drillfile.phase import role_of
from lab.journal.events import (
    ActionChanged,
    AutomationReported,
    BridgeSample,
    CalibrationMeasured,
    CanarySample,
    CheckDecided,
    Event,
    GovernorChanged,
    HostSample,
    LoadSample,
    NoteWritten,
    PhaseEntered,
    RunClosed,
    RunOpened,
    SampleMissed,
    ServiceChanged,
    ServiceSample,
    SettingsRead,
)
from lab.journal.exercise_events import ExerciseBegun
from lab.journal.plane_events import PageReceived, PlaneBackfilled, PlaneConfigured, PlaneSample, PlaneScraped
from lab.journal.upgrade import ROLES
from lab.topology.roles import Roles


class EventRecord:
    """Keeps events by kind.

    Attributes:
        now_s: run time of the newest event.
        roles: who is what in this run.
        run: the first event; ``drill`` is read from it (None: a run without a drill).
        closed: the last event; None while the run lasts, or when it was truncated.
        done_s: when the last phase ended; None before.
        bridges: samples of the bridge; ``reserves`` those of devices beside it, by device.
        acted: each step of each action's life, with what was read back.
        settings: live settings as they were read back, by service.
        governors: what became of the devices' CPU governors, where one died.
        planes: what is known of each monitoring plane.
        exercise: the game day that is played on this lab; None: none is.
    """

    def __init__(self) -> None:
        self.now_s = 0.0
        self.run: RunOpened | None = None
        self.roles = ROLES
        self.drill: Drill | None = None
        self.closed: RunClosed | None = None
        self.phases: list[PhaseSpan] = []
        self.done_s: float | None = None
        self.actions: dict[str, ActionSpan] = {}
        self.acted: list[ActionChanged] = []
        self.calibrations: list[CalibrationMeasured] = []
        self.checks: list[CheckDecided] = []
        self.changes: list[ServiceChanged] = []
        self.notes: list[NoteWritten] = []
        self.loads: list[LoadSample] = []
        self.services: dict[str, list[ServiceSample]] = {}
        self.settings: dict[str, list[SettingsRead]] = {}
        self.bridges: list[BridgeSample] = []
        self.reserves: dict[str, list[BridgeSample]] = {}
        self.governors: list[GovernorChanged] = []
        self.hosts: list[HostSample] = []
        self.canaries: list[CanarySample] = []
        self.missed: list[SampleMissed] = []
        self.planes: dict[str, Watched] = {}
        self.exercise: ExerciseBegun | None = None

    def keep(self, event: Event) -> None:
        """Keep an event under its kind."""
        self.now_s = max(self.now_s, event.t)
        match event:
            case RunOpened():
                self.run = event
                self.roles = self.roles if event.topology is None else Roles(event.topology)
                self.drill = _drill(event)
            case PhaseEntered():
                self._enter(event)
            case ActionChanged():
                self._act(event)
            case AutomationReported():
                self._report(event)
            case ServiceSample():
                self.services.setdefault(event.service, []).append(event)
            case PlaneConfigured() | PlaneSample() | PlaneScraped() | PlaneBackfilled() | PageReceived():
                self.planes.setdefault(event.plane, Watched()).keep(event)
            case SettingsRead():
                self.settings.setdefault(event.service, []).append(event)
            case GovernorChanged():
                self.governors.append(event)
            case RunClosed():
                self.closed = event
            case _:
                self._file(event)

    def _enter(self, event: PhaseEntered) -> None:
        if self.phases and self.phases[-1].end_s is None:
            self.phases[-1] = replace(self.phases[-1], end_s=event.t)
        if event.phase == DONE:
            self.done_s = event.t
        else:
            role = event.role or role_of(event.phase)
            self.phases.append(PhaseSpan(event.phase, event.planned_s, event.t, role=role, clock=event.clock))

    def _act(self, event: ActionChanged) -> None:
        self.acted.append(event)
        known = self.actions.get(event.action) or ActionSpan(
            event.action,
            event.kind,
            event.name,
            event.fault,
            event.target,
            event.params,
            event.state,
            event.by,
            event.traits or NONE,
        )
        span = replace(
            known,
            state=event.state,
            error=event.error or known.error,
            rebuilt_listener=event.rebuilt_listener or known.rebuilt_listener,
        )
        match event.state:
            case "intended":
                span = replace(span, intended_s=event.t)
            case "applied":
                span = replace(span, applied_s=event.t, verified=event.verified)
            case "reverted":
                span = replace(span, reverted_s=event.t, reverted_verified=event.verified)
            case _:
                pass
        self.actions[event.action] = span

    def _report(self, event: AutomationReported) -> None:
        """What an automation did, to the action that began it: the newest of that name."""
        known = [a for a in self.actions.values() if a.name == event.name and a.target == event.service]
        if not known:
            return
        span = replace(known[-1], steps=max(known[-1].steps, event.step))
        if event.state in {"ended", "failed"} and span.ended_s is None:
            span = replace(span, ended_s=event.at_s, failed=event.detail if event.state == "failed" else None)
        self.actions[span.action] = span

    def _note(self, event: NoteWritten | ExerciseBegun) -> None:
        """What people wrote down, and the exercise that they do."""
        if isinstance(event, ExerciseBegun):
            self.exercise = event
        else:
            self.notes.append(event)

    def _file(self, event: Event) -> None:
        """Keep a raw sample or word under its kind."""
        match event:
            case CalibrationMeasured():
                self.calibrations.append(event)
            case CheckDecided():
                self.checks.append(event)
            case ServiceChanged():
                self.changes.append(event)
            case NoteWritten() | ExerciseBegun():
                self._note(event)
            case LoadSample():
                self.loads.append(event)
            case BridgeSample(device=device):
                (
                    self.bridges if device == self.roles.device else self.reserves.setdefault(device, [])
                ).append(event)
            case HostSample():
                self.hosts.append(event)
            case CanarySample():
                self.canaries.append(event)
            case SampleMissed():
                self.missed.append(event)
            case _:
                pass


def _drill(event: RunOpened) -> Drill | None:
    """The drill that a run carries; None for a lab that was brought up interactively."""
    try:
        return Drill.model_validate(event.drill)
    except ValidationError:
        return None
