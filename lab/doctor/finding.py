"""What the doctor found of one thing."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, and what to do about it (nothing where it is fine)."""

    name: str
    state: State
    found: str
    todo: str = ""


def graded(name: str, value: float, limits: tuple[float, float], found: str, todo: str) -> Finding:
    """``limits``: fine from the first on, hopeless under the second."""
    enough, least = limits
    state: State = "ok" if value >= enough else "warn" if value >= least else "fail"
    return Finding(name, state, found, "" if state == "ok" else todo)
