"""An exercise on a living lab whose steps are sealed: what a responder's front door may print of it, and what it takes.

Sealed means that nothing of status, events, lists, logs and refusals names a fault, a target or a parameter of what the
director does, until the exercise is over. The facilitator's token opens all of it. Journal and ledger are plain files:
opening them spoils the game.

What an event may show is decided by its type, and a type that is not listed here shows nothing.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lab.drillfile.scenario import Eyes
from lab.journal.events import (
    ActionChanged,
    BridgeSample,
    CalibrationMeasured,
    CanarySample,
    CohortClosed,
    CohortProvisional,
    Event,
    HostSample,
    LoadSample,
    NoteWritten,
    RunClosed,
    RunOpened,
    ServiceChanged,
    ServiceSample,
)
from lab.journal.exercise_events import kind_of
from lab.journal.plane_events import PageReceived, PlaneConfigured, PlaneSample
from lab.remote.client import FACILITATOR_HEADER

HEADER = FACILITATOR_HEADER
"""Carries the facilitator's token."""

PLAYERS = frozenset({"interactive", "library"})
"""Whose actions are the responders' own."""

FACILITATORS = "facilitator"
"""The kind of a note that is for the facilitator alone."""
WITHHELD_NOTES = frozenset({FACILITATORS, kind_of("retriggered")})
"""When the trigger comes again, too, is for responders to notice."""

WITHHELD = "this can't be done now; what is in the way is sealed. Try another way, or ask the facilitator"

Desk = Callable[[str, Mapping[str, Any], bool], Awaitable[dict[str, Any]]]
"""Takes an act, with what was said, from a responder or (True) from the facilitator; its answer."""

_ALWAYS = (RunOpened, RunClosed, ServiceChanged, NoteWritten)
_FIGURES = (
    CalibrationMeasured,
    LoadSample,
    ServiceSample,
    CohortClosed,
    CohortProvisional,
    CanarySample,
    BridgeSample,
    HostSample,
)
_OF_PLANES = (PlaneConfigured, PlaneSample, PageReceived)
_STATUS = ("run", "runtime", "state", "uptime_s", "progress")


@dataclass(slots=True)
class Sealed:
    """What the socket of a lab must know of an exercise on it.

    Attributes:
        token: the facilitator's.
        desk: who takes the acts of responders.
        eyes: what responders may see.
        words: names that no text for responders may have in it.
        over: the exercise is over: nothing is sealed any more.
    """

    token: str
    desk: Desk
    eyes: tuple[Eyes, ...]
    words: frozenset[str]
    over: bool = False

    def opened_by(self, token: str | None) -> bool:
        """Whether all may be shown: to the facilitator, or to everyone once it is over."""
        return self.over or hmac.compare_digest((token or "").encode(), self.token.encode())

    def may_show(self, text: str) -> bool:
        """Whether none of the sealed names stands in a text."""
        return not any(word in text for word in self.words)

    def text(self, said: str) -> str:
        """A refusal as a responder may read it."""
        return said if self.may_show(said) else WITHHELD

    def event(self, event: Event) -> Event | None:
        """An event as a responder may see it; None: not at all."""
        if isinstance(event, ActionChanged):
            return self._action(event)
        if isinstance(event, _ALWAYS):
            return self._plain(event)
        if isinstance(event, _OF_PLANES):
            return event if event.plane in self.eyes else None
        if "lab" not in self.eyes or not isinstance(event, _FIGURES):
            return None
        return _figures(event)

    def status(self, whole: Mapping[str, Any], active: list[str]) -> dict[str, Any]:
        """What `lab status` says to a responder: no figure that their eyes don't have; ``active``: their own."""
        kept = {key: value for key, value in whole.items() if "lab" in self.eyes or key in _STATUS}
        kept.pop("policy", None)
        return {**kept, **({"active": active} if "active" in whole else {})}

    def _action(self, event: ActionChanged) -> ActionChanged | None:
        if event.by not in PLAYERS or event.kind == "setting":
            return None
        said = None if event.error is None else self.text(event.error)
        seen = (
            event.readback if event.state == "applied" else None
        )  # undone, it reads what was there before: sealed
        return event.model_copy(update={"error": said, "readback": seen})

    def _plain(self, event: Event) -> Event | None:
        """What everyone sees: without whether a death was meant, and without names."""
        if isinstance(event, ServiceChanged):
            return event.model_copy(update={"planned": True, "log_tail": ()})
        if isinstance(event, RunClosed):
            return event.model_copy(update={"reason": "", "left": ()})
        if isinstance(event, NoteWritten):
            return event if event.kind not in WITHHELD_NOTES and self.may_show(event.text) else None
        return event


def _figures(event: Event) -> Event:
    """A sample without what it says of faults, caps and policies."""
    match event:
        case BridgeSample():
            return event.model_copy(update={"toxics": (), "toxics_seen": None, "cpu_share": None})
        case ServiceSample():
            return event.model_copy(update={"policy": None})
        case LoadSample():
            return event.model_copy(update={"rate_rps": 0.0, "customers": {}})
        case _:
            return event
