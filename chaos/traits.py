"""What the analysis must know of an action, declared once by its class and written into the journal with it.

    class Kill(BaseFault):        action.changed                    lab.analysis
        traits()  ──────────▶  {"fault": "kill", "traits": {...}}  ──────────▶  reads the traits, never the name

Data only, so that a judgement needs no fault's code: a journal is judged the same when the fault is gone.
"""

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ExpectedEffect(_Part):
    """A figure that only this action could move so, and how far it must be moved to count as an effect.

    Attributes:
        figure: its name in ``lab.analysis.checks.effects``; docs/reference/faults.md lists them with their units.
        at_least: what the figure must reach, in its unit.
        hits: the share of connections (0..1) that the action is for; each is hit or not by chance.
        outcomes: the ends of a canary's call that count; none: every end but ``ok``.
    """

    figure: str = Field(min_length=1)
    at_least: float = 0.0
    hits: float = Field(default=1.0, gt=0, le=1)
    outcomes: tuple[str, ...] = ()


class LoadChange(_Part):
    """What an action makes of the scheduled arrivals: ``factor`` times the rate, reached evenly in ``over_s``.

    ``of``: the customer whose arrivals it changes; None: those of all.
    """

    factor: float
    over_s: float = 0.0
    of: str | None = None


class Traits(_Part):
    """What follows from an action, apart from what it sets.

    Attributes:
        effect: what must be seen of it, or it counts as without effect; None: nothing need be seen.
        called: how a sentence names it; empty: by the name of the fault.
        silences: its target answers nothing while it is active, its control port included.
        loses_requests: requests on their way to its target may be lost before the target can count them.
        ends_process: its target's process ends; undoing it starts another one.
        refuses: its target answers requests with an error on purpose; these errors are no damage.
        turns_away: clients whose users are refused before they reach the client.
        load: what it makes of the scheduled arrivals; None: nothing.
    """

    effect: ExpectedEffect | None = None
    called: str = ""
    silences: bool = False
    loses_requests: bool = False
    ends_process: bool = False
    refuses: bool = False
    turns_away: tuple[str, ...] = ()
    load: LoadChange | None = None


NONE = Traits()
"""Of an action that nothing follows from, such as a setting."""
