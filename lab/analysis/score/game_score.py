"""What a game came to: figures for people, and for programs. Times in s since the trigger began; None: it never did."""

from typing import Literal

from pydantic import Field

from lab.analysis.verdict.verdict import Plane
from lab.drillfile.frozen import Frozen
from lab.drillfile.holds import HoldsWord


class WrongTurn(Frozen):
    """A mitigation that was undone, or that had no effect within 30 s."""

    at_s: float
    name: str
    target: str
    by: str
    because: Literal["undone", "without effect", "worse"]
    good_before: float | None = None
    good_after: float | None = None


class CustomerLoss(Frozen):
    """What a customer's users lost; ``unmeasured_s``: seconds of which that is not known."""

    users: int
    minutes_lost: float
    minutes_lost_again: float
    unmeasured_s: int


class GameScore(Frozen):
    """The figures of a game, of the journal alone.

    Attributes:
        scenario, title: which one; ``seed``: of its load (None: the scenario's own). ``complete``: it was played to its
            end.
        cause: the true one. ``declared``: what was declared, oldest first, each with its time since the start.
        detect_s: to the first act of a responder; ``diagnose_s`` to the right declaration that was not
            replaced; ``mitigate_s`` to the first mitigation that was no wrong turn;
            ``tell_customers_s`` to the first update.
        recover_s: to the moment from which service stayed back until the trigger came again, or the end.
            ``recover_with_hints_s``: with what the hints cost.
        customers: what each lost, over the whole game; in it what the second trigger did.
        wrong_turns: oldest first. ``hints``: how many were asked for.
        holds: whether the fix holds; ``holds_because`` says why, ``looser`` what makes it unsafe.
        won: the condition of victory was met; ``because`` says why.
        planes: what each monitoring plane was worth.
    """

    scenario: str
    title: str
    seed: int | None = None
    complete: bool
    pace: str
    lasted_s: float
    cause: str
    declared: tuple[tuple[float, str], ...] = ()
    detect_s: float | None = None
    diagnose_s: float | None = None
    mitigate_s: float | None = None
    recover_s: float | None = None
    recover_with_hints_s: float | None = None
    tell_customers_s: float | None = None
    customers: dict[str, CustomerLoss]
    wrong_turns: tuple[WrongTurn, ...] = ()
    hints: int = 0
    holds: HoldsWord | None = None
    holds_because: str = ""
    looser: tuple[str, ...] = ()
    won: bool = False
    because: str
    planes: dict[str, Plane] = Field(default_factory=dict)
