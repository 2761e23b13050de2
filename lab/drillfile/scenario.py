"""What a scenario of a game day is, typed and frozen: the result of reading its file, and what the journal carries.

what players see   title, warning, difficulty, minutes
the lab            a drill's load, bridge and configuration, without what it does; who are the users
sealed             steps, twists, hints, the true cause, victory: the director's, until the end
"""

from typing import Any, Literal

from pydantic import Field

from lab.drillfile.causes import Cause
from lab.drillfile.frozen import Frozen
from lab.drillfile.model import AGAIN, Drill, Setting, Step

Pace = Literal["played", "scripted"]
Eyes = Literal["lab", "shared", "ops"]

VERSION = 1
ALL = "all"
"""The users of a load that has no named customers."""
MOST_SCRIPTED_S = 180.0
"""How long a scripted game may take, from the first second to the end of the second trigger."""
REACTS_S = 30.0
"""What a scripted player is given between the first trigger and `resolve`, by the plan."""
SEEN_AFTER_S = 15.0
"""After the bound of victory: a window and what must follow it (`lab.analysis.metrics.recovery`)."""
SETTLES_S = SEEN_AFTER_S + 1
"""Between `resolve` and the second trigger: what still lasts of the first one has been undone, and whether service was
back when the team said so can be seen."""


class Moment(Frozen):
    """When something begins, in s from the game's start, and how long it lasts; None: until `resolve`."""

    at_s: float
    for_s: float | None = None


class TimedStep(Frozen):
    """A change of the world at a time of the game, in the words of a drill file; ``step`` None: only words.

    Attributes:
        played, scripted: when, in either pace.
        say: what players are to read then; empty: nothing.
    """

    played: Moment
    scripted: Moment
    step: Step | None = None
    say: str = ""

    def when(self, pace: Pace) -> Moment:
        """Its time in a pace."""
        return self.scripted if pace == "scripted" else self.played


class Hint(Frozen):
    """Help for who asks, in this order; it costs so many seconds of the score's time to recover."""

    text: str
    costs_s: float


class Victory(Frozen):
    """Service is back within ``within_s`` after the trigger was played again for ``again_s``.

    ``envelope``: how loose a fix may make what protects; what it does not name may be no looser than before.
    """

    within_s: float
    again_s: float
    envelope: dict[str, dict[str, Setting]] = Field(default_factory=dict)


class Scenario(Frozen):
    """A whole scenario. ``name`` is the file's stem.

    Attributes:
        drill: load, bridge, planes and configuration of the lab; it does nothing by itself, and is named for no fault.
        eyes: what responders can see: the lab's own figures, or what the monitoring planes answer.
        users: by customer, how many people stand behind the load.
        steps: the trigger; played once more after `resolve`. ``twists`` come once.
        causes: what is right to declare; the first is the one that the debrief names.
    """

    version: Literal[1] = 1
    name: str
    title: str
    warning: str
    difficulty: int
    minutes: int
    drill: Drill
    eyes: tuple[Eyes, ...] = ("lab",)
    users: dict[str, int]
    steps: tuple[TimedStep, ...] = ()
    twists: tuple[TimedStep, ...] = ()
    hints: tuple[Hint, ...] = ()
    causes: tuple[Cause, ...]
    victory: Victory

    def resolved(self) -> dict[str, Any]:
        """The scenario as plain JSON types, for the journal; ``model_validate`` reads it back."""
        return self.model_dump(mode="json")

    @property
    def quiet(self) -> bool:
        """Whether nothing is wrong in it."""
        return not self.steps

    def again(self) -> tuple[Step, ...]:
        """The trigger's steps when they are played once more, under names of their own."""
        return tuple(
            one.step.model_copy(update={"name": f"{one.step.name}{AGAIN}"})
            for one in self.steps
            if one.step is not None
        )

    @property
    def names(self) -> frozenset[str]:
        """What its steps are called: words that no responder is to read before the end."""
        steps = [one.step for one in (*self.steps, *self.twists) if one.step is not None]
        return frozenset(step.name for step in (*steps, *self.again()))

    def scripted_s(self) -> float:
        """How long a scripted game takes at most."""
        begins = [one.scripted.at_s + (one.scripted.for_s or 0.0) for one in (*self.steps, *self.twists)]
        again_s = 0.0 if self.quiet else SETTLES_S + self.victory.again_s + self.victory.within_s
        return max(begins, default=0.0) + REACTS_S + again_s + SEEN_AFTER_S
