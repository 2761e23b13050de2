"""What the journal says of an exercise: the sealed scenario once, and each act of a person as a note.

The journal is plain, so that a killed lab loses nothing: who opens it during a game spoils the game.
"""

from typing import Any, Literal, get_args

from lab.journal.entry import Entry

DIRECTOR = "director"
"""Who plays the sealed steps: the ``by`` of everything that it does."""

FACILITATOR = "facilitator"
"""Who knows what is sealed: the ``by`` of what is changed with the game's key while it lasts."""

Act = Literal[
    "started",
    "said",
    "hint",
    "note",
    "update",
    "declared",
    "resolved",
    "retriggered",
    "stopped",
]
ACTS: tuple[Act, ...] = get_args(Act)
PREFIX = "gameday."
"""A note of kind ``gameday.update`` is the act *update*."""


class ExerciseBegun(Entry):
    """A game day begins on this lab: the whole scenario, sealed steps, cause and victory included.

    ``seed`` is its load's (null: the scenario's own), ``pace`` is played or scripted. Every act in it is a
    `note.written` of a kind that begins with `gameday.`.
    """

    type: Literal["exercise.begun"] = "exercise.begun"
    scenario: dict[str, Any]
    seed: int | None = None
    pace: Literal["played", "scripted"] = "played"


def kind_of(act: Act) -> str:
    """The kind of the note that records an act."""
    return f"{PREFIX}{act}"


def act_of(kind: str) -> Act | None:
    """The act that a note of this kind records; None: it is another note."""
    named = kind.removeprefix(PREFIX) if kind.startswith(PREFIX) else ""
    return next((act for act in ACTS if act == named), None)
