"""A phase of a drill: the author's name for it, how long it should last, and the part it plays.

    phases:
      quiet:   {for: 10 s, role: baseline, clock: "7:00 PST"}
      trigger: 10 s                            # a role's own name needs neither braces nor `role`
      dark:    {for: 20 s, role: aftermath}

Whoever asks what happens in a phase asks for its role; its name is for people.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import model_validator

from lab.drillfile.frozen import Frozen

PhaseRole = Literal["baseline", "trigger", "aftermath", "mitigation", "retrigger", "recovery"]

ROLES: tuple[PhaseRole, ...] = get_args(PhaseRole)
"""The parts that a phase can play. ``retrigger`` applies the trigger's steps once more, and undoes them at its end."""


class Phase(Frozen):
    """A phase and how long it should last, in s.

    ``role`` None: it plays no part in a verdict. ``clock`` is what a wall clock shows as it begins, for people only.
    """

    name: str
    planned_s: float
    role: PhaseRole | None = None
    clock: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _known_name(cls, given: Any) -> Any:  # noqa: ANN401  whatever is validated
        """A role's own name is its role: so it is in drills that were written before phases had roles."""
        if isinstance(given, Mapping) and given.get("role") is None:
            return {**given, "role": role_of(given.get("name"))}
        return given


def role_of(name: object) -> PhaseRole | None:
    """The role whose name this is; None: it is no role's."""
    return next((role for role in ROLES if role == name), None)
