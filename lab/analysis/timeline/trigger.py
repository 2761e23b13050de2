"""A trigger: everything that hurt at one time. A drill has one, and once more in its phases with the role retrigger."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from lab.analysis.timeline.row import ActionSpan, PhaseSpan


@dataclass(frozen=True, slots=True)
class Trigger:
    """What hurt, from when to when.

    Attributes:
        actions: faults, changes of the load and automations; none: nothing hurt.
        start_s: when the first of them was active.
        end_s: when the last of them was over; None while one lasts, and when one was kept until the rollback.
    """

    actions: tuple[ActionSpan, ...] = ()
    start_s: float | None = None
    end_s: float | None = None

    @classmethod
    def of(cls, actions: Iterable[ActionSpan], done_s: float | None) -> Self:
        """The trigger of these actions; ``done_s`` is when the rollback began."""
        found = tuple(actions)
        ends = [action.over_s for action in found]
        lasting = any(end is None or (done_s is not None and end >= done_s) for end in ends)
        return cls(
            found,
            min((a.applied_s for a in found if a.applied_s is not None), default=None),
            None if lasting else max((end for end in ends if end is not None), default=None),
        )

    def rebuilt_listener_of(self, device: str) -> bool:
        """Whether the end of one of them made the listener of a device anew, so that what waited there is gone."""
        return any(action.rebuilt_listener and action.target == device for action in self.actions)


def is_in(action: ActionSpan, spans: Iterable[PhaseSpan]) -> bool:
    """Whether an action was begun in one of these phases."""
    begun_s = action.applied_s if action.intended_s is None else action.intended_s
    return begun_s is not None and any(
        span.start_s <= begun_s and (span.end_s is None or begun_s < span.end_s) for span in spans
    )
