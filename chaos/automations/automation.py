"""What an automation is to a drill: made like a fault, but a role does it by itself, and reports what it does.

To add one: a file like ``grow.py``, a line in ``__init__.py``, the role's side (``services.kit.automation``), a test.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from pydantic import Field

from chaos.actions import Action, Automate
from chaos.faults.fault import BaseFault, StepKind
from chaos.target_resolver import TargetResolver
from chaos.traits import ExpectedEffect, Traits


class BaseAutomation(BaseFault, ABC):
    """Parameters with units in their names. ``deadline_s``: not done by then, it has failed.

    ``sets``: live settings that its target must have; a role without them has no use for it.
    """

    kind: ClassVar[StepKind] = "automation"
    sets: ClassVar[frozenset[str]] = frozenset()

    deadline_s: float = Field(gt=0, le=3600)

    @abstractmethod
    def values(self) -> dict[str, float]:
        """What the role is given, in its own names."""

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """Begin it; undoing is stopping it."""
        address = place.address(self.target, "control")
        return (
            Automate(
                address=address,
                token_file=place.token_file,
                automation=self.fault,
                name=self.name or self.fault,
                values=self.values(),
                within_s=self.deadline_s,
            ),
        )

    def traits(self) -> Traits:
        """At least one step was reported, and no failure."""
        return Traits(effect=ExpectedEffect(figure="automation steps", at_least=1))
