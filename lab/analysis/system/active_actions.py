"""What people, a drill or an automation had changed, and what of it was active in a second."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.timeline import Timeline

OWN = "setting"
"""The kind of what the lab itself sets, such as the device's capacity: no one's doing."""


@dataclass(frozen=True, slots=True)
class ActiveAction:
    """An action that was active in a second.

    Attributes:
        action: its id in the journal.
        kind: fault, mitigation, load or automation.
        name: of the step, or what it was called when it was applied interactively.
        fault: what it does, by the name of its class; ``params`` are its parameters, with units in their names.
        target: the role or service that it was aimed at.
        verified: whether it was read back as active after it was applied; None: that could not be read.
    """

    action: str
    kind: str
    name: str
    fault: str
    target: str
    params: dict[str, Any]
    verified: bool | None


def spans_active(timeline: Timeline, second: int) -> tuple[ActionSpan, ...]:
    """The actions that were active at any moment of a second, in the order in which they were begun.

    Applied before its end, and not over before its beginning. Visits each action of the run once.
    """
    return tuple(span for span in timeline.actions.values() if _is_active(span, second))


def active_actions(spans: Iterable[ActionSpan]) -> tuple[ActiveAction, ...]:
    """These actions without the lab's own settings."""
    return tuple(
        ActiveAction(a.action, a.kind, a.name, a.fault, a.target, a.params, a.verified)
        for a in spans
        if a.kind != OWN
    )


def _is_active(span: ActionSpan, second: int) -> bool:
    if span.applied_s is None or span.applied_s >= second + 1:
        return False
    return span.over_s is None or span.over_s > second
