"""What the doctor found of one thing."""

from dataclasses import dataclass
from typing import Literal

Grade = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was looked at, what was found, and what to do about it (nothing where it is fine)."""

    name: str
    state: Grade
    found: str
    todo: str = ""


def graded(name: str, value: float, limits: tuple[float, float], found: str, todo: str) -> Diagnosis:
    """``limits``: fine from the first on, hopeless under the second."""
    enough, least = limits
    state: Grade = "ok" if value >= enough else "warn" if value >= least else "fail"
    return Diagnosis(name, state, found, "" if state == "ok" else todo)
